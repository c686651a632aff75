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
    // Input and output channels of a group, and blocks of COLUMNS of the latter.
    int channels, columns, blocks, groups;
    // Neighbouring floats of x that belong to neighbouring rows of the filter: the channels of one element of the
    // window, or of a whole row of it. `steps` of them make a row of the window.
    int run, steps;
    int has_bias, function, pixels_an_item;
    // How the filter lies in memory, for packing.
    int filter_first, filter_row, filter_column, filter_channel, filter_output, filter_group;
} Correlation;

// Output channels that a work-item makes at once.
#define COLUMNS (16 * VECTORS)

// The filter as packed[group, block, i, j, channel, COLUMNS], and a run of zeros after it for what lies outside of the
// input.
kernel void pack_filter(global const float *filter, global float *packed, Correlation sizes) {
    const ulong row = get_global_id(0);
    const ulong rows = (ulong)(sizes.groups * sizes.blocks) * (uint)(sizes.window_height * sizes.window_width)
        * (uint)sizes.channels;
    if (row >= rows) {
        if (row < rows + (uint)((sizes.run + COLUMNS - 1) / COLUMNS)) {
            for (int v = 0; v < VECTORS; ++v) vstore16((float16)0.0f, row * VECTORS + v, packed);
        }
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
    for (int v = 0; v < VECTORS; ++v) {
        float values[16];
        for (int lane = 0; lane < 16; ++lane) {
            const int column = block * COLUMNS + v * 16 + lane;
            values[lane] = column < sizes.columns ? filter[first + (long)column * sizes.filter_output] : 0.0f;
        }
        vstore16(vload16(0, values), row * VECTORS + v, packed);
    }
}

// Adds value, an expression of the row r, times a row of COLUMNS to each row of sums.
#define ADD_PRODUCTS(sums, value, columns)                                                       \
    float16 factors[VECTORS];                                                                    \
    _Pragma("unroll") for (int v = 0; v < VECTORS; ++v) factors[v] = vload16(v, columns);        \
    _Pragma("unroll") for (int r = 0; r < ROWS; ++r) {                                           \
        const float16 factor = (float16)(value);                                                 \
        _Pragma("unroll") for (int v = 0; v < VECTORS; ++v) {                                    \
            sums[r][v] = MULTIPLY_ADD(factor, factors[v], sums[r][v]);                           \
        }                                                                                        \
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
    float16 (*sums)[VECTORS], global const stored *x, global const float *filter, global const float *zeros, const Tile *tile,
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
                    ADD_PRODUCTS(sums, widened[r][k], filter + (first + k) * COLUMNS)
                }
            }
#else
            for (int k = 0; k < sizes->run; ++k) {
                ADD_PRODUCTS(sums, values[r][k], filter + k * COLUMNS)
            }
#endif
            filter += COLUMNS * sizes->run;
        }
    }
}

// What a work-item computes: a block of COLUMNS output channels, and the packed filter for it.
typedef struct {
    int group, channel, present;
    global const float *filter, *zeros;
} Block;

static inline Block block_of(int index, global const float *packed, const Correlation *sizes) {
    Block block;
    block.group = index / sizes->blocks;
    const int within = index - block.group * sizes->blocks;
    block.channel = block.group * sizes->columns + within * COLUMNS;
    block.present = min(sizes->columns - within * COLUMNS, COLUMNS);
    const ulong rows = (ulong)(sizes->window_height * sizes->window_width) * (uint)sizes->channels;
    block.filter = packed + index * rows * COLUMNS;
    block.zeros = packed + (ulong)(sizes->groups * sizes->blocks) * rows * COLUMNS;
    return block;
}

// What sums of a block start with.
static inline void load_bias(float16 *start, global const float *bias, const Block *block, int has_bias) {
    for (int v = 0; v < VECTORS; ++v) {
        start[v] = has_bias ? load16(bias + block->channel + 16 * v, block->present - 16 * v) : (float16)0.0f;
    }
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
    float16 start[VECTORS];
    load_bias(start, bias, &block, sizes.has_bias);
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
        float16 sums[ROWS][VECTORS];
#pragma unroll
        for (int r = 0; r < ROWS; ++r) {
#pragma unroll
            for (int v = 0; v < VECTORS; ++v) sums[r][v] = start[v];
        }
        correlate(sums, x, block.filter, block.zeros, &tile, &sizes);
#pragma unroll
        for (int r = 0; r < ROWS; ++r) {
            if (r >= rows) continue;
#pragma unroll
            for (int v = 0; v < VECTORS; ++v) {
                const int present = block.present - 16 * v;
                if (has_residual) sums[r][v] += load16_stored(residual + to[r] + 16 * v, present);
                store16_stored(activate16(sums[r][v], sizes.function), y + to[r] + 16 * v, present);
            }
        }
    }
}
