// The product of two matrices with any strides, one pair a batch index; the inner index in fixed chunks. With one chunk
// bias and activation follow; with more, each chunk gives a partial product, and a second pass adds them.
// LEFT_ALONG_INNER and RIGHT_ALONG_INNER say in which direction a factor's elements are neighbours.

typedef struct {
    int rows, columns, inner, left_row, left_inner, right_inner, right_column, left_batch, right_batch, inner_a_chunk;
} Product;

// LEFT_STORED, RIGHT_STORED and PRODUCT_STORED say which is an activation as it is stored; the others are floats.

#if LEFT_STORED
#define left_type stored
#define LEFT_ELEMENTS stored_elements
#else
#define left_type float
#define LEFT_ELEMENTS float_elements
#endif
#if RIGHT_STORED
#define right_type stored
#define RIGHT_ELEMENTS stored_elements
#else
#define right_type float
#define RIGHT_ELEMENTS float_elements
#endif
#if PRODUCT_STORED
#define product_type stored
#define STORE_PRODUCT store4_stored
#else
#define product_type float
#define STORE_PRODUCT store4
#endif

#define TILED_NAME matrix_tiled
#define TILED_ARGUMENTS                                                                       \
    global const left_type *left_factor, global const right_type *right_factor, global const float *bias, \
        global product_type *product, Product sizes, int rows_are_samples, int inner_are_samples, int has_bias, \
        int function, int chunks, int count

#define TILED_SETUP                                                                              \
    const ulong rows = rows_are_samples ? (ulong)count : (ulong)sizes.rows;                      \
    const ulong inner = inner_are_samples ? (ulong)count : (ulong)sizes.inner;                   \
    const int columns = sizes.columns;                                                           \
    const ulong batch = get_group_id(2) / (uint)chunks;                                          \
    const ulong chunk = get_group_id(2) - batch * (uint)chunks;                                  \
    const ulong inner_first = chunk * (uint)sizes.inner_a_chunk;                                 \
    const ulong inner_end = min(inner_first + (uint)sizes.inner_a_chunk, inner);                 \
    left_factor += batch * (uint)sizes.left_batch;                                               \
    right_factor += batch * (uint)sizes.right_batch;                                             \
    product += get_group_id(2) * rows * (uint)columns;

// NAME: four elements along inner (inner_step is 1), or along outer (outer_step is 1), and zeros beyond the ends.
#define DEFINE_ELEMENTS(TYPE, KIND, NAME)                                                                       \
    static inline float4 NAME(                                                                                  \
        global const TYPE *matrix, ulong outer, ulong outer_end, int outer_stride, ulong inner, ulong inner_end, \
        int inner_stride, int outer_step, int inner_step) {                                                     \
        global const TYPE *from = matrix + outer * (uint)outer_stride + inner * (uint)inner_stride;             \
        if (outer + 3 * outer_step < outer_end && inner + 3 * inner_step < inner_end) {                         \
            const bool is_aligned = (outer_step ? inner_stride : outer_stride) % 4 == 0;                        \
            return is_aligned ? LOAD4_##KIND(from) : VLOAD_##KIND(4, from);                                     \
        }                                                                                                       \
        float values[4];                                                                                        \
        for (int i = 0; i < 4; ++i) {                                                                           \
            const bool is_inside = outer + i * outer_step < outer_end && inner + i * inner_step < inner_end;    \
            values[i] = is_inside ? READ_##KIND(from + i) : 0.0f;                                               \
        }                                                                                                       \
        return vload4(0, values);                                                                               \
    }
DEFINE_ELEMENTS(float, FLOAT, float_elements)
DEFINE_ELEMENTS(stored, STORED, stored_elements)

#define LEFT4(row, index)                                                                        \
    LEFT_ELEMENTS(                                                                               \
        left_factor, row, rows, sizes.left_row, index, inner_end, sizes.left_inner, !LEFT_ALONG_INNER, \
        LEFT_ALONG_INNER)
#define RIGHT4(index, column)                                                                    \
    RIGHT_ELEMENTS(                                                                              \
        right_factor, column, columns, sizes.right_column, index, inner_end, sizes.right_inner,  \
        !RIGHT_ALONG_INNER, RIGHT_ALONG_INNER)
#define STORE4(row, column, value)                                                               \
    if ((row) < rows) {                                                                          \
        STORE_PRODUCT(                                                                           \
            finish4(value, bias, has_bias, function, column, columns), product + (row) * (uint)columns, column, \
            columns);                                                                            \
    }
