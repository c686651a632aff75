#if defined(__x86_64__)
#include "tables.h"

// Without the last, Clang keeps to 256-bit registers.
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"), min_vector_width(512))), \
    apply_to = function)
#define VECTOR_WIDTH 16
#define PANEL_VECTORS 2
#define TILE_ROWS 14
#define TABLE simd_avx512_kernels
#include "template/kernels.inc.h"
#pragma clang attribute pop
#endif
