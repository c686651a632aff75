#ifndef OCELLUS_CPNG_H
#define OCELLUS_CPNG_H
#endif
