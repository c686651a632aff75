// One row times a matrix: bound by how fast the matrix comes, so its rows are read as far along as there are registers.

#define ROW_VECTORS 8

// For a matrix of floats and for one of BF16: LOAD makes floats of a vector of elements, WIDEN of one.
#define DEFINE_MULTIPLY_ROW(NAME, ELEMENT, LOAD, WIDEN) \
    INLINE void NAME##_block( \
        const float *a, const ELEMENT *b, ptrdiff_t bStride, ptrdiff_t count, float *output, bool accumulates, \
        const ptrdiff_t vectors) { \
        vfloat sum[ROW_VECTORS]; \
        UNROLL for (ptrdiff_t j = 0; j < vectors; j++) \
            sum[j] = accumulates ? load(output + j * VECTOR_WIDTH) : (vfloat){0}; \
        for (ptrdiff_t k = 0; k < count; k++) { \
            UNROLL for (ptrdiff_t j = 0; j < vectors; j++) sum[j] += a[k] * LOAD(b + k * bStride + j * VECTOR_WIDTH); \
        } \
        UNROLL for (ptrdiff_t j = 0; j < vectors; j++) store(output + j * VECTOR_WIDTH, sum[j]); \
    } \
\
    static void NAME( \
        const float *a, const ELEMENT *b, ptrdiff_t bStride, ptrdiff_t count, float *output, ptrdiff_t columns, \
        bool accumulates) { \
        ptrdiff_t column = 0; \
        for (; column + ROW_VECTORS * VECTOR_WIDTH <= columns; column += ROW_VECTORS * VECTOR_WIDTH) \
            NAME##_block(a, b + column, bStride, count, output + column, accumulates, ROW_VECTORS); \
        for (; column + VECTOR_WIDTH <= columns; column += VECTOR_WIDTH) \
            NAME##_block(a, b + column, bStride, count, output + column, accumulates, 1); \
        for (; column < columns; column++) { \
            float sum = accumulates ? output[column] : 0; \
            for (ptrdiff_t k = 0; k < count; k++) sum += a[k] * WIDEN(b[k * bStride + column]); \
            output[column] = sum; \
        } \
    }

DEFINE_MULTIPLY_ROW(multiply_row, float, load, )
DEFINE_MULTIPLY_ROW(multiply_row_bfloat16, uint16_t, load_bfloat16, widen)
