// Every kernel, for the instruction set whose file includes this. That file defines VECTOR_WIDTH (floats in a register),
// PANEL_VECTORS (vectors in a panel's row), TILE_ROWS (rows of accumulators, 6 or 14) and TABLE (the table's name), and
// wraps this in the target's attribute.
#include "vector.inc.h"

#include "multiply.inc.h"
#include "multiplyPooled.inc.h"
#include "multiplyTransposed.inc.h"
#include "sparse.inc.h"
#include "transpose.inc.h"

const simd_kernels TABLE = {
    .vectorWidth = VECTOR_WIDTH,
    .panelWidth = PANEL_WIDTH,
    .multiply = multiply,
    .multiplyPooled = multiply_pooled,
    .multiplyTransposed = multiply_transposed,
    .accumulateScaled = accumulate_scaled,
    .transpose = transpose,
};
