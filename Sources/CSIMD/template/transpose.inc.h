// Four rows by four columns at a time: whole vectors of 128 bits on both sides, on every instruction set.

INLINE void transpose_quad(const float *x, ptrdiff_t stride, float *output, ptrdiff_t outputStride) {
    const quad a = *(const quad_unaligned *)x, b = *(const quad_unaligned *)(x + stride);
    const quad c = *(const quad_unaligned *)(x + 2 * stride), d = *(const quad_unaligned *)(x + 3 * stride);
    const quad abLow = __builtin_shufflevector(a, b, 0, 4, 1, 5), abHigh = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    const quad cdLow = __builtin_shufflevector(c, d, 0, 4, 1, 5), cdHigh = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    *(quad_unaligned *)output = __builtin_shufflevector(abLow, cdLow, 0, 1, 4, 5);
    *(quad_unaligned *)(output + outputStride) = __builtin_shufflevector(abLow, cdLow, 2, 3, 6, 7);
    *(quad_unaligned *)(output + 2 * outputStride) = __builtin_shufflevector(abHigh, cdHigh, 0, 1, 4, 5);
    *(quad_unaligned *)(output + 3 * outputStride) = __builtin_shufflevector(abHigh, cdHigh, 2, 3, 6, 7);
}

static void transpose(
    const float *x, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t columns, float *output, ptrdiff_t outputStride) {
    // Sixteen rows at a time: whole cache lines on the writing side.
    for (ptrdiff_t first = 0; first < rows; first += 16) {
        const ptrdiff_t end = first + 16 < rows ? first + 16 : rows;
        ptrdiff_t column = 0;
        for (; column + 4 <= columns; column += 4) {
            ptrdiff_t row = first;
            for (; row + 4 <= end; row += 4)
                transpose_quad(x + row * stride + column, stride, output + column * outputStride + row, outputStride);
            for (; row < end; row++)
                for (ptrdiff_t i = column; i < column + 4; i++) output[i * outputStride + row] = x[row * stride + i];
        }
        for (; column < columns; column++)
            for (ptrdiff_t row = first; row < end; row++) output[column * outputStride + row] = x[row * stride + column];
    }
}
