#if defined(__aarch64__)
#include "tables.h"

// Thirty-two registers: 6 rows x 4 vectors of accumulators.
#define VECTOR_WIDTH 4
#define PANEL_VECTORS 4
#define TILE_ROWS 6
#define TABLE simd_neon_kernels
#include "template/kernels.inc.h"
#endif
