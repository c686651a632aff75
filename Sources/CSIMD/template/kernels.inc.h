// Every kernel, for the instruction set whose file includes this. That file defines VECTOR_WIDTH (floats in a register),
// PANEL_VECTORS (vectors in a panel's row), TILE_ROWS (rows of accumulators, 6 or 14) and TABLE (the table's name), and
// wraps this in the target's attribute.
#include "vector.inc.h"
#include "activations.inc.h"

#include "bfloat16.inc.h"
#include "channels.inc.h"
#include "depthwise.inc.h"
#include "dropout.inc.h"
#include "elementwise.inc.h"
#include "gradients.inc.h"
#include "lamb.inc.h"
#include "multiply.inc.h"
#include "copyRows.inc.h"
#include "multiplyPooled.inc.h"
#include "depthwisePanel.inc.h"
#include "multiplyRow.inc.h"
#include "multiplyTransposed.inc.h"
#include "normalization.inc.h"
#include "peak.inc.h"
#include "pooling.inc.h"
#include "resize.inc.h"
#include "rows.inc.h"
#include "sparse.inc.h"
#include "transpose.inc.h"
#include "updates.inc.h"
#include "warp.inc.h"
#include "winograd.inc.h"

static const simd_picture_kernels pictures = {
    .resizeRows = resize_rows,
    .mixRows = mix_rows,
    .warpRow = warp_row,
};

const simd_kernels TABLE = {
    .vectorWidth = VECTOR_WIDTH,
    .panelWidth = PANEL_WIDTH,
    .pictures = &pictures,
    .multiply = multiply,
    .multiplyRow = multiply_row,
    .multiplyRowBFloat16 = multiply_row_bfloat16,
    .multiplyPooled = multiply_pooled,
    .multiplyTransposed = multiply_transposed,
    .copyRows = copy_rows,
    .roundBFloat16 = round_bfloat16,
    .widenBFloat16Rows = widen_bfloat16_rows,
    .transpose = transpose,
    .winograd2 = WINOGRAD_TABLE(2),
    .winograd4 = WINOGRAD_TABLE(4),
    .depthwise = depthwise,
    .depthwisePanel = depthwise_panel,
    .multiplyChannels = multiply_channels,
    .listByChannel = list_by_channel,
    .listByPlace = list_by_place,
    .accumulateScaled = accumulate_scaled,
    .accumulateLists = accumulate_lists,
    .maxPool = max_pool,
    .maxPoolGradient = max_pool_gradient,
    .unpool = unpool,
    .averagePool = average_pool,
    .sumChannels = sum_channels,
    .sumProducts = sum_products,
    .findMoments = find_moments,
    .joinMoments = join_moments,
    .mapChannels = map_channels,
    .sumMapGradients = sum_map_gradients,
    .combineMapGradients = combine_map_gradients,
    .normalizeRows = normalize_rows,
    .normalizeRowsGradient = normalize_rows_gradient,
    .activate = activate,
    .activationGradient = activation_gradient,
    .addActivated = add_activated,
    .add = add,
    .scale = scale,
    .dropout = dropout,
    .adam = adam,
    .sgd = sgd,
    .rmsprop = rmsprop,
    .lambMoments = lamb_moments,
    .lambUpdate = lamb_update,
    .sumSquares = sum_squares,
    .clamp = clamp_floats,
    .approach = approach,
    .multiplyAdd = multiply_add,
    .readMemory = read_memory,
};
