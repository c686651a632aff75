#include "CKernels.h"

#include <string.h>

#pragma clang diagnostic ignored "-Wc23-extensions"

// Every file of this folder. Add yours here and to the table below.

static const char activation[] = {
#embed "activation.cl"
    , 0};

static const char adam_update[] = {
#embed "adam_update.cl"
    , 0};

static const char add[] = {
#embed "add.cl"
    , 0};

static const char average_pooling[] = {
#embed "average_pooling.cl"
    , 0};

static const char batch_normalization[] = {
#embed "batch_normalization.cl"
    , 0};

static const char bias_gradient[] = {
#embed "bias_gradient.cl"
    , 0};

static const char channel_scale[] = {
#embed "channel_scale.cl"
    , 0};

static const char columns[] = {
#embed "columns.cl"
    , 0};

static const char common[] = {
#embed "common.cl"
    , 0};

static const char concatenate[] = {
#embed "concatenate.cl"
    , 0};

static const char convert[] = {
#embed "convert.cl"
    , 0};

static const char convolution_filter_gradient_tiled[] = {
#embed "convolution_filter_gradient_tiled.cl"
    , 0};

static const char convolution_filter_gradient_wide[] = {
#embed "convolution_filter_gradient_wide.cl"
    , 0};

static const char correlation_tiled[] = {
#embed "correlation_tiled.cl"
    , 0};

static const char correlation_wide[] = {
#embed "correlation_wide.cl"
    , 0};

static const char depthwise_convolution[] = {
#embed "depthwise_convolution.cl"
    , 0};

static const char dropout[] = {
#embed "dropout.cl"
    , 0};

static const char functions[] = {
#embed "functions.cl"
    , 0};

static const char global_average_pooling[] = {
#embed "global_average_pooling.cl"
    , 0};

static const char gradient_accumulation[] = {
#embed "gradient_accumulation.cl"
    , 0};

static const char gradient_clamp[] = {
#embed "gradient_clamp.cl"
    , 0};

static const char gradient_norm[] = {
#embed "gradient_norm.cl"
    , 0};

static const char gradient_unscaling[] = {
#embed "gradient_unscaling.cl"
    , 0};

static const char group_sum[] = {
#embed "group_sum.cl"
    , 0};

static const char joined[] = {
#embed "joined.cl"
    , 0};

static const char lamb_update[] = {
#embed "lamb_update.cl"
    , 0};

static const char layer_normalization[] = {
#embed "layer_normalization.cl"
    , 0};

static const char matrix_tiled[] = {
#embed "matrix_tiled.cl"
    , 0};

static const char matrix_wide[] = {
#embed "matrix_wide.cl"
    , 0};

static const char max_pooling[] = {
#embed "max_pooling.cl"
    , 0};

static const char moving_average[] = {
#embed "moving_average.cl"
    , 0};

static const char non_finite_check[] = {
#embed "non_finite_check.cl"
    , 0};

static const char peak[] = {
#embed "peak.cl"
    , 0};

static const char philox[] = {
#embed "philox.cl"
    , 0};

static const char picture_warp[] = {
#embed "picture_warp.cl"
    , 0};

static const char pooled_convolution_gradients_wide[] = {
#embed "pooled_convolution_gradients_wide.cl"
    , 0};

static const char pooled_convolution_wide[] = {
#embed "pooled_convolution_wide.cl"
    , 0};

static const char rmsprop_update[] = {
#embed "rmsprop_update.cl"
    , 0};

static const char row_chunks[] = {
#embed "row_chunks.cl"
    , 0};

static const char sgd_update[] = {
#embed "sgd_update.cl"
    , 0};

static const char softmax[] = {
#embed "softmax.cl"
    , 0};

static const char softmax_cross_entropy[] = {
#embed "softmax_cross_entropy.cl"
    , 0};

static const char storage[] = {
#embed "storage.cl"
    , 0};

static const char stochastic_depth[] = {
#embed "stochastic_depth.cl"
    , 0};

static const char sum_partials[] = {
#embed "sum_partials.cl"
    , 0};

static const char tiled[] = {
#embed "tiled.cl"
    , 0};

static const char tiled_factors[] = {
#embed "tiled_factors.cl"
    , 0};

static const char tiled_fetch[] = {
#embed "tiled_fetch.cl"
    , 0};

static const char tiled_mma[] = {
#embed "tiled_mma.cl"
    , 0};

static const char tiled_wgmma[] = {
#embed "tiled_wgmma.cl"
    , 0};

static const char wide[] = {
#embed "wide.cl"
    , 0};

static const char window[] = {
#embed "window.cl"
    , 0};

static const char winograd_wide[] = {
#embed "winograd_wide.cl"
    , 0};

static const struct {
    const char *name;
    const char *source;
} kernels[] = {
#define KERNEL(name) {#name, name},
    KERNEL(activation)
    KERNEL(adam_update)
    KERNEL(add)
    KERNEL(average_pooling)
    KERNEL(batch_normalization)
    KERNEL(bias_gradient)
    KERNEL(channel_scale)
    KERNEL(columns)
    KERNEL(common)
    KERNEL(concatenate)
    KERNEL(convert)
    KERNEL(convolution_filter_gradient_tiled)
    KERNEL(convolution_filter_gradient_wide)
    KERNEL(correlation_tiled)
    KERNEL(correlation_wide)
    KERNEL(depthwise_convolution)
    KERNEL(dropout)
    KERNEL(functions)
    KERNEL(global_average_pooling)
    KERNEL(gradient_accumulation)
    KERNEL(gradient_clamp)
    KERNEL(gradient_norm)
    KERNEL(gradient_unscaling)
    KERNEL(group_sum)
    KERNEL(joined)
    KERNEL(lamb_update)
    KERNEL(layer_normalization)
    KERNEL(matrix_tiled)
    KERNEL(matrix_wide)
    KERNEL(max_pooling)
    KERNEL(moving_average)
    KERNEL(non_finite_check)
    KERNEL(peak)
    KERNEL(philox)
    KERNEL(picture_warp)
    KERNEL(pooled_convolution_gradients_wide)
    KERNEL(pooled_convolution_wide)
    KERNEL(rmsprop_update)
    KERNEL(row_chunks)
    KERNEL(sgd_update)
    KERNEL(softmax)
    KERNEL(softmax_cross_entropy)
    KERNEL(storage)
    KERNEL(stochastic_depth)
    KERNEL(sum_partials)
    KERNEL(tiled)
    KERNEL(tiled_factors)
    KERNEL(tiled_fetch)
    KERNEL(tiled_mma)
    KERNEL(tiled_wgmma)
    KERNEL(wide)
    KERNEL(window)
    KERNEL(winograd_wide)
#undef KERNEL
};

const char *ocellus_kernel_source(const char *name) {
    for (size_t i = 0; i < sizeof kernels / sizeof *kernels; ++i) {
        if (strcmp(kernels[i].name, name) == 0) return kernels[i].source;
    }
    return NULL;
}

const char *ocellus_kernel_name(size_t index) {
    return index < sizeof kernels / sizeof *kernels ? kernels[index].name : NULL;
}
