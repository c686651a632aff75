// Convolution of each channel by itself: a vector runs over channels, so each product is used once and the loads decide.

static void depthwise(
    const simd_row *taps, ptrdiff_t tapCount, ptrdiff_t pixelStride, const float *filter, ptrdiff_t filterStride,
    const float *bias, simd_activation activation, float *output, ptrdiff_t outputStride, ptrdiff_t channels,
    ptrdiff_t pixels) {
    for (ptrdiff_t pixel = 0; pixel < pixels; pixel++, output += outputStride) {
        const ptrdiff_t start = pixel * pixelStride;
        ptrdiff_t channel = 0;
        for (; channel + 4 * VECTOR_WIDTH <= channels; channel += 4 * VECTOR_WIDTH) {
            vfloat sum[4];
            UNROLL for (ptrdiff_t j = 0; j < 4; j++)
                sum[j] = bias ? load(bias + channel + j * VECTOR_WIDTH) : (vfloat){0};
            for (ptrdiff_t tap = 0; tap < tapCount; tap++) {
                const float *x = taps[tap] + start + channel, *w = filter + tap * filterStride + channel;
                UNROLL for (ptrdiff_t j = 0; j < 4; j++)
                    sum[j] += load(x + j * VECTOR_WIDTH) * load(w + j * VECTOR_WIDTH);
            }
            UNROLL for (ptrdiff_t j = 0; j < 4; j++)
                store(output + channel + j * VECTOR_WIDTH, activate_vector(sum[j], activation));
        }
        for (; channel + VECTOR_WIDTH <= channels; channel += VECTOR_WIDTH) {
            vfloat sum = bias ? load(bias + channel) : (vfloat){0};
            for (ptrdiff_t tap = 0; tap < tapCount; tap++)
                sum += load(taps[tap] + start + channel) * load(filter + tap * filterStride + channel);
            store(output + channel, activate_vector(sum, activation));
        }
        for (; channel < channels; channel++) {
            float sum = bias ? bias[channel] : 0;
            for (ptrdiff_t tap = 0; tap < tapCount; tap++)
                sum += taps[tap][start + channel] * filter[tap * filterStride + channel];
            output[channel] = activate_scalar(sum, activation);
        }
    }
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
