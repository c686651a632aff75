// Short rows, many of them: a call of memcpy for each would cost more than the copy.

INLINE void copy_rows_of(
    const float *x, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t length, float *output, ptrdiff_t outputStride) {
    for (ptrdiff_t row = 0; row < rows; row++, x += stride, output += outputStride) {
        for (ptrdiff_t i = 0; i + VECTOR_WIDTH < length; i += VECTOR_WIDTH) store(output + i, load(x + i));
        // The last vector overlaps the one before it.
        store(output + length - VECTOR_WIDTH, load(x + length - VECTOR_WIDTH));
    }
}

static void copy_rows(
    const float *x, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t length, float *output, ptrdiff_t outputStride) {
    if (length == PANEL_WIDTH) {
        copy_rows_of(x, stride, rows, PANEL_WIDTH, output, outputStride);
    } else if (length >= VECTOR_WIDTH) {
        copy_rows_of(x, stride, rows, length, output, outputStride);
    } else {
        for (ptrdiff_t row = 0; row < rows; row++)
            for (ptrdiff_t i = 0; i < length; i++) output[row * outputStride + i] = x[row * stride + i];
    }
}
