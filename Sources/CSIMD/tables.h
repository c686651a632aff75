#ifndef OCELLUS_CSIMD_TABLES_H
#define OCELLUS_CSIMD_TABLES_H
#include "CSIMD.h"

extern const simd_kernels simd_baseline_kernels;
extern const simd_kernels simd_neon_kernels;
extern const simd_kernels simd_avx2_kernels;
extern const simd_kernels simd_avx512_kernels;

// As `resizeRows`, by instructions that not every CPU with AVX-512 has; false, and nothing is done, where the CPU lacks them
// or the weights do not suit.
bool simd_resize_rows_by_bytes(
    const simd_resize *resize, const uint8_t *source, ptrdiff_t sourceStride, ptrdiff_t rows, uint8_t *target,
    ptrdiff_t targetStride);

#endif
