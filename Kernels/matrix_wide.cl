// The product of two matrices with any strides, one pair a batch index; the inner index in fixed chunks. With one chunk
// bias and activation follow; with more, each chunk gives a partial product, and a second pass adds them.

// LEFT_STORED and RIGHT_STORED say which factor is an activation as it is stored; the others, and the product, are floats.

#if LEFT_STORED
#define left_type stored
#else
#define left_type float
#endif
#if RIGHT_STORED
#define right_type stored
#define READ_RIGHT READ_STORED
#define LOAD16_RIGHT load16_stored
#else
#define right_type float
#define READ_RIGHT READ_FLOAT
#define LOAD16_RIGHT load16
#endif

// Inner steps for which 16 columns of the right factor are held at once.
#define HELD 128

// The order is that of `MatrixProduct.kernelIntegers`.
typedef struct {
    int rows, columns, inner, left_row, left_inner, right_inner, right_column, left_batch, right_batch, inner_a_chunk;
} Product;

__attribute__((reqd_work_group_size(1, 1, 1))) kernel void matrix_wide(
    global const left_type *left, global const right_type *right, global const float *bias, global float *product,
    Product sizes, int rows_are_samples, int inner_are_samples, int has_bias, int function, int chunks,
    int rows_an_item, int count) {
    const int column = get_group_id(0) * 16;
    const int present = min(sizes.columns - column, 16);
    const ulong all_rows = rows_are_samples ? (ulong)count : (ulong)sizes.rows;
    const ulong inner = inner_are_samples ? (ulong)count : (ulong)sizes.inner;
    const ulong batch = get_group_id(2) / (uint)chunks;
    const ulong chunk = get_group_id(2) - batch * (uint)chunks;
    const ulong first = chunk * (uint)sizes.inner_a_chunk;
    const ulong end = min(first + (uint)sizes.inner_a_chunk, inner);
    const ulong first_row = get_group_id(1) * (ulong)rows_an_item;
    const ulong end_row = min(first_row + (uint)rows_an_item, all_rows);
    left += batch * (uint)sizes.left_batch;
    right += batch * (uint)sizes.right_batch + (ulong)column * (uint)sizes.right_column;
    product += get_group_id(2) * all_rows * (uint)sizes.columns + column;
    const float16 added = has_bias ? load16(bias + column, present) : (float16)0.0f;

    float held[HELD * 16];
    for (ulong start = first; start < end; start += HELD) {
        const int depth = (int)min((ulong)HELD, end - start);
        if (sizes.right_column == 1) {
            for (int k = 0; k < depth; ++k) {
                vstore16(LOAD16_RIGHT(right + (start + k) * (uint)sizes.right_inner, present), k, held);
            }
        } else {
            for (int lane = 0; lane < 16; ++lane) {
                global const right_type *from = right + (ulong)min(lane, present - 1) * (uint)sizes.right_column;
                for (int k = 0; k < depth; ++k) {
                    held[k * 16 + lane] = READ_RIGHT(from + (start + k) * (uint)sizes.right_inner);
                }
            }
        }
        const bool is_last = start + HELD >= end;
        for (ulong row = first_row; row < end_row; row += ROWS) {
            const int rows = (int)min((ulong)ROWS, end_row - row);
            global float *to = product + row * (uint)sizes.columns;
            global const left_type *values[ROWS];
            float16 sums[ROWS];
#pragma unroll
            for (int r = 0; r < ROWS; ++r) {
                // Rows beyond the end repeat the last one, and are not stored.
                const int at = min(r, rows - 1);
                values[r] = left + (row + at) * (uint)sizes.left_row + start * (uint)sizes.left_inner;
                sums[r] = start == first ? (float16)0.0f : load16(to + (ulong)at * (uint)sizes.columns, present);
            }
#if STORED && LEFT_STORED
            float widened[ROWS][HELD];
            for (int r = 0; r < ROWS; ++r) {
                if (sizes.left_inner == 1) {
                    widen(values[r], widened[r], depth);
                } else {
                    for (int k = 0; k < depth; ++k) {
                        widened[r][k] = READ_STORED(values[r] + (ulong)k * (uint)sizes.left_inner);
                    }
                }
            }
            for (int k = 0; k < depth; ++k) {
                const float16 factor = vload16(k, held);
#pragma unroll
                for (int r = 0; r < ROWS; ++r) sums[r] = MULTIPLY_ADD((float16)widened[r][k], factor, sums[r]);
            }
#else
            for (int k = 0; k < depth; ++k) {
                const float16 factor = vload16(k, held);
                const ulong place = (ulong)k * (uint)sizes.left_inner;
#pragma unroll
                for (int r = 0; r < ROWS; ++r) sums[r] = MULTIPLY_ADD((float16)values[r][place], factor, sums[r]);
            }
#endif
#pragma unroll
            for (int r = 0; r < ROWS; ++r) {
                if (is_last) sums[r] = activate16(sums[r] + added, function);
                if (r < rows) store16(sums[r], to + (ulong)r * (uint)sizes.columns, present);
            }
        }
    }
}
