#ifndef OCELLUS_CSIMD_H
#define OCELLUS_CSIMD_H
#endif
