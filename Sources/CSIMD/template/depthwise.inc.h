// Convolution of each channel by itself: a vector runs over channels, so each product is used once and the loads decide.

// A few pixels share each filter value that is loaded.
#define DEPTHWISE_PIXELS 4

INLINE void depthwise_block(
    const simd_row *taps, ptrdiff_t tapCount, ptrdiff_t start, ptrdiff_t pixelStride, const float *filter,
    ptrdiff_t filterStride, const float *bias, simd_activation activation, float *output, ptrdiff_t outputStride,
    ptrdiff_t channel, const ptrdiff_t pixels, const ptrdiff_t vectors) {
    vfloat sum[DEPTHWISE_PIXELS][2];
    UNROLL for (ptrdiff_t j = 0; j < vectors; j++) {
        const vfloat first = bias ? load(bias + channel + j * VECTOR_WIDTH) : (vfloat){0};
        UNROLL for (ptrdiff_t i = 0; i < pixels; i++) sum[i][j] = first;
    }
    for (ptrdiff_t tap = 0; tap < tapCount; tap++) {
        const float *x = taps[tap] + start + channel, *w = filter + tap * filterStride + channel;
        UNROLL for (ptrdiff_t j = 0; j < vectors; j++) {
            const vfloat weight = load(w + j * VECTOR_WIDTH);
            UNROLL for (ptrdiff_t i = 0; i < pixels; i++)
                sum[i][j] += load(x + i * pixelStride + j * VECTOR_WIDTH) * weight;
        }
    }
    UNROLL for (ptrdiff_t i = 0; i < pixels; i++) {
        UNROLL for (ptrdiff_t j = 0; j < vectors; j++)
            store(output + i * outputStride + channel + j * VECTOR_WIDTH, activate_vector(sum[i][j], activation));
    }
}

INLINE void depthwise_pixels(
    const simd_row *taps, ptrdiff_t tapCount, ptrdiff_t start, ptrdiff_t pixelStride, const float *filter,
    ptrdiff_t filterStride, const float *bias, simd_activation activation, float *output, ptrdiff_t outputStride,
    ptrdiff_t channels, const ptrdiff_t pixels) {
    ptrdiff_t channel = 0;
    for (; channel + 2 * VECTOR_WIDTH <= channels; channel += 2 * VECTOR_WIDTH)
        depthwise_block(
            taps, tapCount, start, pixelStride, filter, filterStride, bias, activation, output, outputStride, channel,
            pixels, 2);
    for (; channel + VECTOR_WIDTH <= channels; channel += VECTOR_WIDTH)
        depthwise_block(
            taps, tapCount, start, pixelStride, filter, filterStride, bias, activation, output, outputStride, channel,
            pixels, 1);
    for (; channel < channels; channel++) {
        for (ptrdiff_t i = 0; i < pixels; i++) {
            float sum = bias ? bias[channel] : 0;
            for (ptrdiff_t tap = 0; tap < tapCount; tap++)
                sum += taps[tap][start + i * pixelStride + channel] * filter[tap * filterStride + channel];
            output[i * outputStride + channel] = activate_scalar(sum, activation);
        }
    }
}

static void depthwise(
    const simd_row *taps, ptrdiff_t tapCount, ptrdiff_t pixelStride, const float *filter, ptrdiff_t filterStride,
    const float *bias, simd_activation activation, float *output, ptrdiff_t outputStride, ptrdiff_t channels,
    ptrdiff_t pixels) {
    ptrdiff_t pixel = 0;
    for (; pixel + DEPTHWISE_PIXELS <= pixels; pixel += DEPTHWISE_PIXELS)
        depthwise_pixels(
            taps, tapCount, pixel * pixelStride, pixelStride, filter, filterStride, bias, activation,
            output + pixel * outputStride, outputStride, channels, DEPTHWISE_PIXELS);
    for (; pixel < pixels; pixel++)
        depthwise_pixels(
            taps, tapCount, pixel * pixelStride, pixelStride, filter, filterStride, bias, activation,
            output + pixel * outputStride, outputStride, channels, 1);
    finish_rows(activation, output, outputStride, pixels, channels);
}

static void multiply_channels(
    const float *a, ptrdiff_t aStride, const float *b, ptrdiff_t bStride, ptrdiff_t count, float *output,
    ptrdiff_t channels) {
    ptrdiff_t channel = 0;
    for (; channel + 4 * VECTOR_WIDTH <= channels; channel += 4 * VECTOR_WIDTH) {
        vfloat sum[4];
        UNROLL for (ptrdiff_t j = 0; j < 4; j++) sum[j] = load(output + channel + j * VECTOR_WIDTH);
        for (ptrdiff_t i = 0; i < count; i++) {
            const float *x = a + i * aStride + channel, *y = b + i * bStride + channel;
            UNROLL for (ptrdiff_t j = 0; j < 4; j++)
                sum[j] += load(x + j * VECTOR_WIDTH) * load(y + j * VECTOR_WIDTH);
        }
        UNROLL for (ptrdiff_t j = 0; j < 4; j++) store(output + channel + j * VECTOR_WIDTH, sum[j]);
    }
    for (; channel + VECTOR_WIDTH <= channels; channel += VECTOR_WIDTH) {
        vfloat sum = load(output + channel);
        for (ptrdiff_t i = 0; i < count; i++)
            sum += load(a + i * aStride + channel) * load(b + i * bStride + channel);
        store(output + channel, sum);
    }
    for (; channel < channels; channel++) {
        float sum = output[channel];
        for (ptrdiff_t i = 0; i < count; i++) sum += a[i * aStride + channel] * b[i * bStride + channel];
        output[channel] = sum;
    }
}
