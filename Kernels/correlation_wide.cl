// y[n, a + s p, b + t q, k] = f(bias[k] + sum over elements (i, j) of a window and channels c of x[n, h(p, i), w(q,
// j), c] filter[i, j, c, k]): a convolution, and also its gradient by the input, where each phase of the stride is
// one such sum over the filter's elements that fall on it.

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
    // Neighbouring floats of x that belong to neighbouring rows of the filter: the channels of one element of the
    // window, or of a whole row of it. `steps` of them make a row of the window.
    int run, steps;
    int has_bias, function, pixels_an_item;
    // How the filter lies in memory, for packing.
    int filter_first, filter_row, filter_column, filter_channel, filter_output, filter_group;
} Correlation;

// The filter as packed[group, block, i, j, channel, 16], and a run of zeros after it for what lies outside of the
// input.
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

// A tile of ROWS places: where the window's first element lies in x for each.
typedef struct {
    int h[ROWS], w[ROWS];
    long from[ROWS];
} Tile;

// Elements of a run that are widened at once.
#define WIDENED 64

// Adds the sum over the window and the channels of one group for each place of a tile.
static inline void correlate(
    float16 *sums, global const stored *x, global const float *filter, global const float *zeros, const Tile *tile,
    const Correlation *sizes) {
    for (int i = 0; i < sizes->window_height; ++i) {
        for (int j = 0; j < sizes->steps; ++j) {
            const int down = i * sizes->dilation_height;
            const int right = j * sizes->dilation_width;
            const long step = ((long)down * sizes->input_width + right) * sizes->input_channels;
            global const stored *values[ROWS];
#pragma unroll
            for (int r = 0; r < ROWS; ++r) {
                const bool inside = (uint)(tile->h[r] + down) < (uint)sizes->input_height
                    && (uint)(tile->w[r] + right) < (uint)sizes->input_width;
                values[r] = inside ? x + (tile->from[r] + step) : (global const stored *)zeros;
            }
#if STORED
            for (int first = 0; first < sizes->run; first += WIDENED) {
                const int depth = min(sizes->run - first, WIDENED);
                float widened[ROWS][WIDENED];
                for (int r = 0; r < ROWS; ++r) widen(values[r] + first, widened[r], depth);
                for (int k = 0; k < depth; ++k) {
                    const float16 row = vload16(first + k, filter);
#pragma unroll
                    for (int r = 0; r < ROWS; ++r) sums[r] += widened[r][k] * row;
                }
            }
#else
            for (int k = 0; k < sizes->run; ++k) {
                const float16 row = vload16(k, filter);
#pragma unroll
                for (int r = 0; r < ROWS; ++r) sums[r] += values[r][k] * row;
            }
#endif
            filter += 16 * sizes->run;
        }
    }
}

// What a work-item computes: a block of 16 output channels, and the packed filter for it.
typedef struct {
    int group, channel, present;
    global const float *filter, *zeros;
} Block;

static inline Block block_of(int index, global const float *packed, const Correlation *sizes) {
    Block block;
    block.group = index / sizes->blocks;
    const int within = index - block.group * sizes->blocks;
    block.channel = block.group * sizes->columns + within * 16;
    block.present = min(sizes->columns - within * 16, 16);
    const ulong rows = (ulong)(sizes->window_height * sizes->window_width) * (uint)sizes->channels;
    block.filter = packed + index * rows * 16;
    block.zeros = packed + (ulong)(sizes->groups * sizes->blocks) * rows * 16;
    return block;
}

// The next place of the grid.
static inline void advance(Place *place, int height, int width) {
    if (++place->column < width) return;
    place->column = 0;
    if (++place->row < height) return;
    place->row = 0;
    ++place->sample;
}

// A residual, which may be the same memory as y, is added before the activation.
__attribute__((reqd_work_group_size(1, 1, 1))) kernel void correlation_wide(
    global const stored *x, global const float *packed, global const float *bias, global const stored *residual,
    global stored *y, Correlation sizes, int has_residual, int count) {
    const Block block = block_of(get_group_id(0), packed, &sizes);
    const float16 start = sizes.has_bias ? load16(bias + block.channel, block.present) : (float16)0.0f;
    const ulong first = get_group_id(1) * (ulong)sizes.pixels_an_item;
    const ulong end = min(
        first + (uint)sizes.pixels_an_item, (ulong)count * (uint)sizes.grid_height * (uint)sizes.grid_width);
    Place place = place_of(first, sizes.grid_height, sizes.grid_width);

    for (ulong pixel = first; pixel < end; pixel += ROWS) {
        const int rows = (int)min((ulong)ROWS, end - pixel);
        Tile tile;
        long to[ROWS];
#pragma unroll
        for (int r = 0; r < ROWS; ++r) {
            tile.h[r] = place.row * sizes.stride_height + sizes.offset_height;
            tile.w[r] = place.column * sizes.stride_width + sizes.offset_width;
            tile.from[r] = (((long)place.sample * sizes.input_height + tile.h[r]) * sizes.input_width + tile.w[r])
                    * sizes.input_channels
                + block.group * sizes.channels;
            to[r] = (((long)place.sample * sizes.output_height + place.row * sizes.spread_height + sizes.first_row)
                         * sizes.output_width
                     + place.column * sizes.spread_width + sizes.first_column)
                    * sizes.output_channels
                + block.channel;
            // Rows beyond the end repeat the last one, and are not stored.
            if (r + 1 < rows || rows == ROWS) advance(&place, sizes.grid_height, sizes.grid_width);
        }
        float16 sums[ROWS];
#pragma unroll
        for (int r = 0; r < ROWS; ++r) sums[r] = start;
        correlate(sums, x, block.filter, block.zeros, &tile, &sizes);
#pragma unroll
        for (int r = 0; r < ROWS; ++r) {
            if (r >= rows) continue;
            if (has_residual) sums[r] += load16_stored(residual + to[r], block.present);
            store16_stored(activate16(sums[r], sizes.function), y + to[r], block.present);
        }
    }
}
