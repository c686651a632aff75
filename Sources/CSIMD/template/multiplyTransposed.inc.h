// Sums of outer products: what filter gradients are. Both operands are read where they lie.

INLINE void transposed_tile(
    const float *a, ptrdiff_t aStride, const float *b, ptrdiff_t bStride, ptrdiff_t count, float *output,
    ptrdiff_t outputStride, bool accumulates, const ptrdiff_t rows, const ptrdiff_t vectors) {
    vfloat sum[TILE_ROWS][PANEL_VECTORS];
    UNROLL for (ptrdiff_t i = 0; i < rows; i++) {
        UNROLL for (ptrdiff_t j = 0; j < vectors; j++) {
            sum[i][j] = accumulates ? load(output + i * outputStride + j * VECTOR_WIDTH) : (vfloat){0};
        }
    }
    for (ptrdiff_t n = 0; n < count; n++) {
        vfloat row[PANEL_VECTORS];
        UNROLL for (ptrdiff_t j = 0; j < vectors; j++) row[j] = load(b + j * VECTOR_WIDTH);
        UNROLL for (ptrdiff_t i = 0; i < rows; i++) {
            UNROLL for (ptrdiff_t j = 0; j < vectors; j++) sum[i][j] += a[i] * row[j];
        }
        a += aStride;
        b += bStride;
    }
    UNROLL for (ptrdiff_t i = 0; i < rows; i++) {
        UNROLL for (ptrdiff_t j = 0; j < vectors; j++) store(output + i * outputStride + j * VECTOR_WIDTH, sum[i][j]);
    }
}

INLINE void transposed_panel(
    const float *a, ptrdiff_t aStride, const float *b, ptrdiff_t bStride, ptrdiff_t count, float *output,
    ptrdiff_t outputStride, bool accumulates, ptrdiff_t rows, const ptrdiff_t vectors) {
    const ptrdiff_t tiles = (rows + TILE_ROWS - 1) / TILE_ROWS;
    for (ptrdiff_t tile = 0; tile < tiles; tile++) {
        const ptrdiff_t row = rows * tile / tiles, tileRows = rows * (tile + 1) / tiles - row;
        float *tileOutput = output + row * outputStride;
        switch (tileRows) {
#define CASE(size) \
    case size: \
        transposed_tile(a + row, aStride, b, bStride, count, tileOutput, outputStride, accumulates, size, vectors); \
        break;
            EACH_TILE(CASE)
#undef CASE
        }
    }
}

static void multiply_transposed(
    const float *a, ptrdiff_t aStride, const float *b, ptrdiff_t bStride, ptrdiff_t count, float *output,
    ptrdiff_t outputStride, ptrdiff_t rows, ptrdiff_t columns, bool accumulates) {
    ptrdiff_t column = 0;
    for (; column + PANEL_WIDTH <= columns; column += PANEL_WIDTH)
        transposed_panel(
            a, aStride, b + column, bStride, count, output + column, outputStride, accumulates, rows,
            PANEL_VECTORS);
    for (; column + VECTOR_WIDTH <= columns; column += VECTOR_WIDTH)
        transposed_panel(a, aStride, b + column, bStride, count, output + column, outputStride, accumulates, rows, 1);
    // Fewer columns than a vector has: turn it round, so that the vector runs over k.
    for (; column < columns; column++) {
        ptrdiff_t k = 0;
        for (; k + VECTOR_WIDTH <= rows; k += VECTOR_WIDTH) {
            vfloat sum = {0};
            for (ptrdiff_t n = 0; n < count; n++) sum += load(a + n * aStride + k) * b[n * bStride + column];
            for (ptrdiff_t i = 0; i < VECTOR_WIDTH; i++) {
                float *place = output + (k + i) * outputStride + column;
                *place = accumulates ? *place + sum[i] : sum[i];
            }
        }
        for (; k < rows; k++) {
            float sum = 0;
            for (ptrdiff_t n = 0; n < count; n++) sum += a[n * aStride + k] * b[n * bStride + column];
            float *place = output + k * outputStride + column;
            *place = accumulates ? *place + sum : sum;
        }
    }
}
