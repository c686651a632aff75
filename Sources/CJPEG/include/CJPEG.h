#ifndef OCELLUS_CJPEG_H
#define OCELLUS_CJPEG_H
#endif
