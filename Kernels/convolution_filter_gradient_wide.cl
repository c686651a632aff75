// dw[i, j, c, k] = sum over samples and output pixels of x under the window's element times dy, in fixed chunks of
// output rows. A work-item makes one row of the window (or one element of it) for 16 output channels and one chunk.

// The order is that in `ConvolutionFilterGradient.wide`.
typedef struct {
    int input_channels, output_channels, channels, columns, blocks;
    // Neighbouring floats of x under neighbouring rows of dw: the channels of one element of the window, or of a row
    // of it.
    int run, steps;
    int lines_a_chunk, lines_a_block;
} Sizes;

// Adds the products of one line of `pixels` pixels.
static inline void add_line(
    float16 *sums, global const stored *x, global const stored *dy, int pixels, int step, int output_channels) {
    for (int pixel = 0; pixel < pixels; ++pixel) {
        const float16 gradient = VLOAD_STORED(16, dy);
#if STORED
        float values[ROWS];
#pragma unroll
        for (int r = 0; r < ROWS; r += 2) vstore2(VLOAD_STORED(2, x + r), 0, values + r);
#else
        global const float *values = x;
#endif
#pragma unroll
        for (int r = 0; r < ROWS; ++r) sums[r] = MULTIPLY_ADD((float16)values[r], gradient, sums[r]);
        x += step;
        dy += output_channels;
    }
}

// The same where rows or columns are fewer; rows beyond the last repeat it.
static inline void add_line_at_edge(
    float16 *sums, global const stored *x, global const stored *dy, int pixels, int step, int output_channels,
    int rows, int present) {
    for (int pixel = 0; pixel < pixels; ++pixel) {
        const float16 gradient = load16_stored(dy, present);
#pragma unroll
        for (int r = 0; r < ROWS; ++r) sums[r] += READ_STORED(x + min(r, rows - 1)) * gradient;
        x += step;
        dy += output_channels;
    }
}

__attribute__((reqd_work_group_size(1, 1, 1))) kernel void convolution_filter_gradient_wide(
    global const stored *x, global const stored *dy, global float *partial, Window window, Sizes sizes, int count) {
    const int group = (int)get_group_id(0) / sizes.blocks;
    const int block = (int)get_group_id(0) - group * sizes.blocks;
    const int i = (int)get_group_id(1) / sizes.steps;
    const int j = (int)get_group_id(1) - i * sizes.steps;
    const int column = group * sizes.columns + block * 16;
    const int present = min(sizes.columns - block * 16, 16);

    const ulong lines = (ulong)count * (uint)window.output_height;
    const ulong first = get_group_id(2) * (ulong)sizes.lines_a_chunk;
    const ulong end = min(first + (uint)sizes.lines_a_chunk, lines);
    if (first >= end) return;
    partial += get_group_id(2) * (ulong)(window.height * window.width) * (uint)(sizes.channels * sizes.output_channels);
    partial += (ulong)((i * window.width + j) * sizes.channels) * (uint)sizes.output_channels + column;

    // Output columns whose element j lies inside of the input.
    const int right = j * window.dilation_width - window.pad_left;
    const int first_q = right < 0 ? (-right + window.stride_width - 1) / window.stride_width : 0;
    const int last_w = window.input_width - 1 - right;
    const int end_q = last_w < 0 ? 0 : min(last_w / window.stride_width + 1, window.output_width);
    const int pixels = max(end_q - first_q, 0);
    const int step = window.stride_width * sizes.input_channels;

    for (ulong line_block = first; line_block < end; line_block += sizes.lines_a_block) {
        const ulong block_end = min(line_block + (uint)sizes.lines_a_block, end);
        for (int row = 0; row < sizes.run; row += ROWS) {
            const int rows = min(sizes.run - row, ROWS);
            global float *to = partial + (ulong)row * (uint)sizes.output_channels;
            float16 sums[ROWS];
#pragma unroll
            for (int r = 0; r < ROWS; ++r) {
                sums[r] = line_block == first || r >= rows
                    ? (float16)0.0f : load16(to + (ulong)r * (uint)sizes.output_channels, present);
            }
            for (ulong line = line_block; line < block_end; ++line) {
                const ulong sample = line / (uint)window.output_height;
                const int p = (int)(line - sample * (uint)window.output_height);
                const int h = p * window.stride_height + i * window.dilation_height - window.pad_top;
                if (h < 0 || h >= window.input_height || pixels == 0) continue;
                const ulong place = (sample * (uint)window.input_height + h) * (uint)window.input_width
                    + (uint)(first_q * window.stride_width + right);
                global const stored *values =
                    x + place * (uint)sizes.input_channels + group * sizes.channels + row;
                global const stored *gradients =
                    dy + (line * (uint)window.output_width + first_q) * (uint)sizes.output_channels + column;
                if (rows == ROWS && present == 16) {
                    add_line(sums, values, gradients, pixels, step, sizes.output_channels);
                } else {
                    add_line_at_edge(
                        sums, values, gradients, pixels, step, sizes.output_channels, rows, present);
                }
            }
#pragma unroll
            for (int r = 0; r < ROWS; ++r) {
                if (r < rows) store16(sums[r], to + (ulong)r * (uint)sizes.output_channels, present);
            }
        }
    }
}
