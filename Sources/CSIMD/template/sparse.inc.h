// Sums of scaled rows, the scale and place of each in a list: the gradients behind a max-pooling, of which at least
// three quarters are zero, cost only what is not.

// Accumulators of one pass: 12 of AVX2's 16 registers leave room for the operands.
#define SPARSE_VECTORS (TILE_ROWS * PANEL_VECTORS > 12 ? 24 : 12)

INLINE void scaled_block(
    const float *x, const int32_t *offset, const float *scale, ptrdiff_t count, float *output,
    const ptrdiff_t vectors) {
    vfloat sum[SPARSE_VECTORS];
    UNROLL for (ptrdiff_t j = 0; j < vectors; j++) sum[j] = load(output + j * VECTOR_WIDTH);
    for (ptrdiff_t i = 0; i < count; i++) {
        const float *row = x + offset[i];
        const float factor = scale[i];
        UNROLL for (ptrdiff_t j = 0; j < vectors; j++) sum[j] += factor * load(row + j * VECTOR_WIDTH);
    }
    UNROLL for (ptrdiff_t j = 0; j < vectors; j++) store(output + j * VECTOR_WIDTH, sum[j]);
}

INLINE void scaled_rest(
    const float *x, const int32_t *offset, const float *scale, ptrdiff_t count, float *output, ptrdiff_t length) {
    for (ptrdiff_t j = 0; j < length; j++) {
        float sum = output[j];
        for (ptrdiff_t i = 0; i < count; i++) sum += scale[i] * x[offset[i] + j];
        output[j] = sum;
    }
}

INLINE void accumulate_scaled_inline(
    const float *x, const int32_t *offset, const float *scale, ptrdiff_t count, float *output, ptrdiff_t length) {
    ptrdiff_t done = 0;
    while (length - done >= VECTOR_WIDTH) {
        const ptrdiff_t vectors = (length - done) / VECTOR_WIDTH;
        ptrdiff_t used;
        if (vectors >= SPARSE_VECTORS) {
            scaled_block(x + done, offset, scale, count, output + done, used = SPARSE_VECTORS);
        } else if (vectors >= 6) {
            scaled_block(x + done, offset, scale, count, output + done, used = 6);
        } else if (vectors >= 3) {
            scaled_block(x + done, offset, scale, count, output + done, used = 3);
        } else {
            scaled_block(x + done, offset, scale, count, output + done, used = 1);
        }
        done += used * VECTOR_WIDTH;
    }
    scaled_rest(x + done, offset, scale, count, output + done, length - done);
}

static void accumulate_scaled(
    const float *x, const int32_t *offset, const float *scale, ptrdiff_t count, float *output, ptrdiff_t length) {
    accumulate_scaled_inline(x, offset, scale, count, output, length);
}
