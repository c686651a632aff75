// The product of two matrices with any strides, one pair a batch index; the inner index in fixed chunks. With one chunk
// bias and activation follow; with more, each chunk gives a partial product, and a second pass adds them.
// LEFT_ALONG_INNER and RIGHT_ALONG_INNER say in which direction a factor's elements are neighbours.

typedef struct {
    int rows, columns, inner, left_row, left_inner, right_inner, right_column, left_batch, right_batch, inner_a_chunk;
} Product;

#define TILED_NAME matrix_tiled
#define TILED_ARGUMENTS                                                                       \
    global const float *left_factor, global const float *right_factor, global const float *bias, \
        global float *product, Product sizes, int rows_are_samples, int inner_are_samples, int has_bias, \
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

static inline float element(
    global const float *matrix, ulong outer, ulong outer_end, int outer_stride, ulong inner, ulong inner_end,
    int inner_stride) {
    if (outer >= outer_end || inner >= inner_end) return 0.0f;
    return matrix[outer * (uint)outer_stride + inner * (uint)inner_stride];
}

// Four elements along inner, or along outer.
static inline float4 elements(
    global const float *matrix, ulong outer, ulong outer_end, int outer_stride, ulong inner, ulong inner_end,
    int inner_stride, int outer_step, int inner_step) {
    if (outer + 3 * outer_step < outer_end && inner + 3 * inner_step < inner_end) {
        global const float *from = matrix + outer * (uint)outer_stride + inner * (uint)inner_stride;
        const bool is_aligned = (outer_step ? inner_stride : outer_stride) % 4 == 0;
        return is_aligned ? *(global const float4 *)from : vload4(0, from);
    }
    return (float4)(
        element(matrix, outer, outer_end, outer_stride, inner, inner_end, inner_stride),
        element(matrix, outer + outer_step, outer_end, outer_stride, inner + inner_step, inner_end, inner_stride),
        element(
            matrix, outer + 2 * outer_step, outer_end, outer_stride, inner + 2 * inner_step, inner_end, inner_stride),
        element(
            matrix, outer + 3 * outer_step, outer_end, outer_stride, inner + 3 * inner_step, inner_end,
            inner_stride));
}

#define LEFT4(row, index)                                                                        \
    elements(                                                                                    \
        left_factor, row, rows, sizes.left_row, index, inner_end, sizes.left_inner, !LEFT_ALONG_INNER, \
        LEFT_ALONG_INNER)
#define RIGHT4(index, column)                                                                    \
    elements(                                                                                    \
        right_factor, column, columns, sizes.right_column, index, inner_end, sizes.right_inner,  \
        !RIGHT_ALONG_INNER, RIGHT_ALONG_INNER)
#define STORE4(row, column, value)                                                               \
    if ((row) < rows) {                                                                          \
        store4(                                                                                  \
            finish4(value, bias, has_bias, function, column, columns), product + (row) * (uint)columns, column, \
            columns);                                                                            \
    }
