#if defined(__x86_64__)
#include "tables.h"

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define VECTOR_WIDTH 8
#define PANEL_VECTORS 2
#define TILE_ROWS 6
#define TABLE simd_avx2_kernels
#include "template/kernels.inc.h"
#pragma clang attribute pop
#endif
