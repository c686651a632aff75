// One window of a pooling, a vector over channels.

static void max_pool(
    const simd_row *taps, const uint8_t *tapPlaces, ptrdiff_t tapCount, ptrdiff_t channels, float *output,
    uint8_t *places) {
    ptrdiff_t channel = 0;
    for (; channel + VECTOR_WIDTH <= channels; channel += VECTOR_WIDTH) {
        vfloat best = load(taps[0] + channel);
        vint winner = (vint){0} + tapPlaces[0];
        for (ptrdiff_t tap = 1; tap < tapCount; tap++) {
            const vfloat value = load(taps[tap] + channel);
            const vint greater = value > best;
            best = select(greater, value, best);
            winner = (greater & (int32_t)tapPlaces[tap]) | (~greater & winner);
        }
        store(output + channel, best);
        if (places) *(vbyte_unaligned *)(places + channel) = __builtin_convertvector(winner, vbyte);
    }
    for (; channel < channels; channel++) {
        ptrdiff_t best = 0;
        for (ptrdiff_t tap = 1; tap < tapCount; tap++)
            if (taps[tap][channel] > taps[best][channel]) best = tap;
        output[channel] = taps[best][channel];
        if (places) places[channel] = tapPlaces[best];
    }
}

static void max_pool_gradient(
    const float *gradient, const uint8_t *place, const ptrdiff_t *tapOffsets, ptrdiff_t channels, float *output) {
    for (ptrdiff_t channel = 0; channel < channels; channel++)
        output[tapOffsets[place[channel]] + channel] += gradient[channel];
}

static void unpool(
    const float *gradient, const uint8_t *place, ptrdiff_t pixels, ptrdiff_t channels, float *output,
    ptrdiff_t lineStride) {
    for (ptrdiff_t pixel = 0; pixel < pixels; pixel++) {
        float *lines[2] = {output + 2 * pixel * channels, output + lineStride + 2 * pixel * channels};
        ptrdiff_t channel = 0;
        for (; channel + VECTOR_WIDTH <= channels; channel += VECTOR_WIDTH) {
            const vint winner =
                __builtin_convertvector(*(const vbyte_unaligned *)(place + channel), vint);
            const vint value = (vint)load(gradient + channel);
            UNROLL for (ptrdiff_t p = 0; p < 4; p++)
                store(lines[p / 2] + p % 2 * channels + channel, (vfloat)((winner == (int32_t)p) & value));
        }
        for (; channel < channels; channel++) {
            for (ptrdiff_t p = 0; p < 4; p++)
                lines[p / 2][p % 2 * channels + channel] = place[channel] == p ? gradient[channel] : 0;
        }
        gradient += channels;
        place += channels;
    }
}

static void average_pool(
    const simd_row *taps, ptrdiff_t tapCount, ptrdiff_t channels, float scale, float *output) {
    ptrdiff_t channel = 0;
    for (; channel + VECTOR_WIDTH <= channels; channel += VECTOR_WIDTH) {
        vfloat sum = {0};
        for (ptrdiff_t tap = 0; tap < tapCount; tap++) sum += load(taps[tap] + channel);
        store(output + channel, sum * scale);
    }
    for (; channel < channels; channel++) {
        float sum = 0;
        for (ptrdiff_t tap = 0; tap < tapCount; tap++) sum += taps[tap][channel];
        output[channel] = sum * scale;
    }
}
