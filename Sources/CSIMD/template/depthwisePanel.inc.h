// Convolution of each channel by itself with a filter of 3 x 3, over lines of as many channels as a panel has: the filter
// stays in registers while the pixels of a line pass by, and neighbours share what they load.

#define PANEL_PIXELS 4

INLINE void depthwise_panel_pixels(
    const float *const *lines, const vfloat *weight, vfloat first, simd_activation activation, float *output,
    ptrdiff_t outputStride, ptrdiff_t count, const ptrdiff_t step, const ptrdiff_t pixels) {
    vfloat sum[PANEL_PIXELS];
    UNROLL for (ptrdiff_t i = 0; i < pixels; i++) sum[i] = first;
    UNROLL for (ptrdiff_t row = 0; row < 3; row++) {
        UNROLL for (ptrdiff_t column = 0; column < 3; column++) {
            UNROLL for (ptrdiff_t i = 0; i < pixels; i++)
                sum[i] += load(lines[row] + (i * step + column) * PANEL_WIDTH) * weight[row * 3 + column];
        }
    }
    const simd_clamp clamp = clamp_of(activation);
    if (!is_clamp(activation)) {
        UNROLL for (ptrdiff_t i = 0; i < pixels; i++) sum[i] = activate_vector(sum[i], activation);
    }
    if (count >= VECTOR_WIDTH) {
        UNROLL for (ptrdiff_t i = 0; i < pixels; i++) store(output + i * outputStride, clamp_vector(sum[i], clamp));
    } else {
        UNROLL for (ptrdiff_t i = 0; i < pixels; i++)
            store_part(output + i * outputStride, clamp_vector(sum[i], clamp), count);
    }
}

INLINE void depthwise_panel_step(
    const simd_row *lines, const float *filter, ptrdiff_t filterStride, const float *bias, simd_activation activation,
    float *output, ptrdiff_t outputStride, ptrdiff_t channels, ptrdiff_t pixels, const ptrdiff_t step) {
    for (ptrdiff_t channel = 0; channel < channels; channel += VECTOR_WIDTH) {
        const ptrdiff_t count = channels - channel;
        vfloat weight[9];
        UNROLL for (ptrdiff_t tap = 0; tap < 9; tap++)
            weight[tap] = load_some(filter + tap * filterStride + channel, count);
        const vfloat first = bias ? load_some(bias + channel, count) : (vfloat){0};
        const float *x[3] = {lines[0] + channel, lines[1] + channel, lines[2] + channel};
        float *place = output + channel;
        ptrdiff_t left = pixels;
        for (; left >= PANEL_PIXELS; left -= PANEL_PIXELS) {
            depthwise_panel_pixels(x, weight, first, activation, place, outputStride, count, step, PANEL_PIXELS);
            UNROLL for (ptrdiff_t row = 0; row < 3; row++) x[row] += PANEL_PIXELS * step * PANEL_WIDTH;
            place += PANEL_PIXELS * outputStride;
        }
        switch (left) {
        case 3: depthwise_panel_pixels(x, weight, first, activation, place, outputStride, count, step, 3); break;
        case 2: depthwise_panel_pixels(x, weight, first, activation, place, outputStride, count, step, 2); break;
        case 1: depthwise_panel_pixels(x, weight, first, activation, place, outputStride, count, step, 1); break;
        }
    }
}

static void depthwise_panel(
    const simd_row *lines, ptrdiff_t step, const float *filter, ptrdiff_t filterStride, const float *bias,
    simd_activation activation, float *output, ptrdiff_t outputStride, ptrdiff_t channels, ptrdiff_t pixels) {
    if (step == 1)
        depthwise_panel_step(
            lines, filter, filterStride, bias, activation, output, outputStride, channels, pixels, 1);
    else
        depthwise_panel_step(
            lines, filter, filterStride, bias, activation, output, outputStride, channels, pixels, 2);
    finish_rows(activation, output, outputStride, pixels, channels);
}
