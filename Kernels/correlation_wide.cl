// y[n, a + s p, b + t q, k] = f(bias[k] + sum over elements (i, j) of a window and channels c of
// x[n, h(p, i), w(q, j), c] filter[i, j, c, k]): a convolution, and also its gradient by the input, where each phase of the
// stride is one such sum over the filter's elements that fall on it.

// The order is that of `Correlation.kernelIntegers`.
typedef struct {
    // Tensors [height, width, channels] a sample.
    int input_height, input_width, input_channels, output_height, output_width, output_channels;
    // Places p and q that are computed, and where they lie in the output.
    int grid_height, grid_width, spread_height, spread_width, first_row, first_column;
    // h = p stride_height + i dilation_height + offset_height, likewise w.
    int window_height, window_width, stride_height, stride_width;
    int dilation_height, dilation_width, offset_height, offset_width;
    // Input and output channels of a group, and blocks of 16 of the latter.
    int channels, columns, blocks, groups;
    // Neighbouring floats of x that belong to neighbouring rows of the filter: the channels of one element of the window,
    // or of a whole row of it. `steps` of them make a row of the window.
    int run, steps;
    int has_bias, function, pixels_an_item;
    // How the filter lies in memory, for packing.
    int filter_first, filter_row, filter_column, filter_channel, filter_output, filter_group;
} Correlation;

// The filter as packed[group, block, i, j, channel, 16], and a run of zeros after it for what lies outside of the input.
kernel void pack_filter(global const float *filter, global float *packed, Correlation sizes) {
    const ulong row = get_global_id(0);
    const ulong rows = (ulong)(sizes.groups * sizes.blocks) * (uint)(sizes.window_height * sizes.window_width)
        * (uint)sizes.channels;
    if (row >= rows) {
        if (row < rows + (uint)((sizes.run + 15) / 16)) vstore16((float16)0.0f, row, packed);
        return;
    }
    const ulong element = row / (uint)sizes.channels;
    const int channel = (int)(row - element * (uint)sizes.channels);
    const Place at = place_of(element, sizes.window_height, sizes.window_width);
    const int i = at.row;
    const int j = at.column;
    const int group = (int)(at.sample / (uint)sizes.blocks);
    const int block = (int)at.sample - group * sizes.blocks;
    const long first = sizes.filter_first + (long)i * sizes.filter_row + (long)j * sizes.filter_column
        + (long)channel * sizes.filter_channel + (long)group * sizes.filter_group;
    float values[16];
    for (int lane = 0; lane < 16; ++lane) {
        const int column = block * 16 + lane;
        values[lane] = column < sizes.columns ? filter[first + (long)column * sizes.filter_output] : 0.0f;
    }
    vstore16(vload16(0, values), row, packed);
}

__attribute__((reqd_work_group_size(1, 1, 1))) kernel void correlation_wide(
    global const float *x, global const float *packed, global const float *bias, global float *y,
    Correlation sizes, int count) {
    const int group = (int)get_group_id(0) / sizes.blocks;
    const int block = (int)get_group_id(0) - group * sizes.blocks;
    const int channel = group * sizes.columns + block * 16;
    const int present = min(sizes.columns - block * 16, 16);
    const ulong filter_rows = (ulong)(sizes.window_height * sizes.window_width) * (uint)sizes.channels;
    global const float *filter = packed + get_group_id(0) * filter_rows * 16;
    global const float *zeros = packed + (ulong)(sizes.groups * sizes.blocks) * filter_rows * 16;
    const float16 start = sizes.has_bias ? load16(bias + channel, present) : (float16)0.0f;

    const ulong first = get_group_id(1) * (ulong)sizes.pixels_an_item;
    const ulong plane = (ulong)sizes.grid_height * (uint)sizes.grid_width;
    const ulong end = min(first + (uint)sizes.pixels_an_item, (ulong)count * plane);
    const Place start_place = place_of(first, sizes.grid_height, sizes.grid_width);
    ulong sample = start_place.sample;
    int p = start_place.row;
    int q = start_place.column;

    for (ulong pixel = first; pixel < end; pixel += ROWS) {
        const int rows = (int)min((ulong)ROWS, end - pixel);
        int h[ROWS], w[ROWS];
        long from[ROWS], to[ROWS];
#pragma unroll
        for (int r = 0; r < ROWS; ++r) {
            h[r] = p * sizes.stride_height + sizes.offset_height;
            w[r] = q * sizes.stride_width + sizes.offset_width;
            from[r] = (((long)sample * sizes.input_height + h[r]) * sizes.input_width + w[r]) * sizes.input_channels
                + group * sizes.channels;
            to[r] = (((long)sample * sizes.output_height + p * sizes.spread_height + sizes.first_row)
                         * sizes.output_width
                     + q * sizes.spread_width + sizes.first_column)
                    * sizes.output_channels
                + channel;
            // Rows beyond the end repeat the last one, and are not stored.
            if (r + 1 < rows || rows == ROWS) {
                if (++q == sizes.grid_width) {
                    q = 0;
                    if (++p == sizes.grid_height) {
                        p = 0;
                        ++sample;
                    }
                }
            }
        }

        float16 sums[ROWS];
#pragma unroll
        for (int r = 0; r < ROWS; ++r) sums[r] = start;
        global const float *weight = filter;
        for (int i = 0; i < sizes.window_height; ++i) {
            for (int j = 0; j < sizes.steps; ++j) {
                const int down = i * sizes.dilation_height;
                const int right = j * sizes.dilation_width;
                const long step = ((long)down * sizes.input_width + right) * sizes.input_channels;
                global const float *values[ROWS];
#pragma unroll
                for (int r = 0; r < ROWS; ++r) {
                    const bool inside = (uint)(h[r] + down) < (uint)sizes.input_height
                        && (uint)(w[r] + right) < (uint)sizes.input_width;
                    values[r] = inside ? x + (from[r] + step) : zeros;
                }
                for (int k = 0; k < sizes.run; ++k) {
                    const float16 row = vload16(k, weight);
#pragma unroll
                    for (int r = 0; r < ROWS; ++r) sums[r] += values[r][k] * row;
                }
                weight += 16 * sizes.run;
            }
        }
#pragma unroll
        for (int r = 0; r < ROWS; ++r) {
            if (r < rows) store16(activate16(sums[r], sizes.function), y + to[r], present);
        }
    }
}
