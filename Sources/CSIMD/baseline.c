// What every CPU of the architecture has: SSE2 on x86-64, 128-bit vectors in any case.
#include "tables.h"

#define VECTOR_WIDTH 4
#define PANEL_VECTORS 2
#define TILE_ROWS 6
#define TABLE simd_baseline_kernels
#include "template/kernels.inc.h"
