#ifndef OCELLUS_CSIMD_TABLES_H
#define OCELLUS_CSIMD_TABLES_H
#include "CSIMD.h"

extern const simd_kernels simd_baseline_kernels;
extern const simd_kernels simd_neon_kernels;
extern const simd_kernels simd_avx2_kernels;
extern const simd_kernels simd_avx512_kernels;

#endif
