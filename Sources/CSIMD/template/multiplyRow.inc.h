// One row times a matrix: bound by how fast the matrix comes, so its rows are read as far along as there are registers.

#define ROW_VECTORS 8

INLINE void multiply_row_block(
    const float *a, const float *b, ptrdiff_t bStride, ptrdiff_t count, float *output, bool accumulates,
    const ptrdiff_t vectors) {
    vfloat sum[ROW_VECTORS];
    UNROLL for (ptrdiff_t j = 0; j < vectors; j++)
        sum[j] = accumulates ? load(output + j * VECTOR_WIDTH) : (vfloat){0};
    for (ptrdiff_t k = 0; k < count; k++) {
        UNROLL for (ptrdiff_t j = 0; j < vectors; j++) sum[j] += a[k] * load(b + k * bStride + j * VECTOR_WIDTH);
    }
    UNROLL for (ptrdiff_t j = 0; j < vectors; j++) store(output + j * VECTOR_WIDTH, sum[j]);
}

static void multiply_row(
    const float *a, const float *b, ptrdiff_t bStride, ptrdiff_t count, float *output, ptrdiff_t columns,
    bool accumulates) {
    ptrdiff_t column = 0;
    for (; column + ROW_VECTORS * VECTOR_WIDTH <= columns; column += ROW_VECTORS * VECTOR_WIDTH)
        multiply_row_block(a, b + column, bStride, count, output + column, accumulates, ROW_VECTORS);
    for (; column + VECTOR_WIDTH <= columns; column += VECTOR_WIDTH)
        multiply_row_block(a, b + column, bStride, count, output + column, accumulates, 1);
    for (; column < columns; column++) {
        float sum = accumulates ? output[column] : 0;
        for (ptrdiff_t k = 0; k < count; k++) sum += a[k] * b[k * bStride + column];
        output[column] = sum;
    }
}
