// In blocks that fit a few cache lines, so that neither side is walked a line for each element.

static void transpose(
    const float *x, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t columns, float *packed, ptrdiff_t packedStride) {
    const ptrdiff_t block = 16;
    for (ptrdiff_t row = 0; row < rows; row += block) {
        const ptrdiff_t rowEnd = row + block < rows ? row + block : rows;
        for (ptrdiff_t column = 0; column < columns; column++) {
            float *line = packed + column * packedStride;
            for (ptrdiff_t i = row; i < rowEnd; i++) line[i] = x[i * stride + column];
        }
    }
}
