// dw as a product of matrices that are never made: rows are (window row, window column, input channel of the group),
// the inner index runs over output pixels of the batch in fixed chunks, columns are output channels of the group.
// Each chunk gives a partial sum; a second pass adds them.
//
// CHANNEL_FOURS, COLUMN_FOURS: whether the channels (columns) of a group are a multiple of four.

#define TILED_NAME convolution_filter_gradient_tiled
#define LEFT_IS_STORED 1
#define LEFT_ALONG_INNER 0
#define RIGHT_IS_STORED 1
#define RIGHT_ALONG_INNER 0

#define TILED_ARGUMENTS                                                                       \
    global const stored *x, global const stored *dy, global float *partial, Window window, int input_channels, \
        int output_channels, int groups, int pixels_a_chunk, int count

// get_group_id(2) is (chunk, group).
#define TILED_SETUP                                                                              \
    const int channels = input_channels / groups;                                                \
    const uint columns = output_channels / groups;                                               \
    const uint rows = window.height * window.width * channels;                                   \
    const uint chunk = get_group_id(2) / (uint)groups;                                           \
    const int group = get_group_id(2) - chunk * (uint)groups;                                    \
    const uint pixels = (uint)count * (uint)(window.output_height * window.output_width);        \
    const uint inner_first = chunk * (uint)pixels_a_chunk;                                       \
    const uint inner_end = min(inner_first + (uint)pixels_a_chunk, pixels);                      \
    x += group * channels;                                                                       \
    dy += group * columns;                                                                       \
    partial += chunk * (ulong)rows * (uint)output_channels + group * columns;

// Four rows: where their elements of the window lie from its first, in the input and in memory; a row outside of every input
// for no row. With CHANNEL_FOURS all are of one element, and the first stands for all.
#if CHANNEL_FOURS
#define ELEMENTS 1
#else
#define ELEMENTS 4
#endif
typedef struct {
    int row[ELEMENTS], column[ELEMENTS], offset[ELEMENTS];
} LeftLine;

static inline LeftLine line_of(Window window, int input_channels, int channels, uint row, uint rows) {
    LeftLine line;
#pragma unroll
    for (int e = 0; e < ELEMENTS; ++e) {
        const int element = (row + e) / (uint)channels;
        const int i = element / window.width;
        const int j = element - i * window.width;
        line.row[e] = row + e < rows ? i * window.dilation_height - window.pad_top : INT_MIN / 2;
        line.column[e] = j * window.dilation_width - window.pad_left;
        line.offset[e] =
            ((i * window.dilation_height - window.pad_top) * window.input_width + line.column[e]) * input_channels
            + (row + e - element * channels);
    }
    return line;
}
#define LEFT_LINE(row) line_of(window, input_channels, channels, row, rows)

// An output pixel: where its window begins, were there no padding, in its sample and in memory.
typedef struct {
    global const stored *from;
    uint inner;
    int row, column;
} LeftAcross;

static inline LeftAcross pixel_of(global const stored *x, Window window, int input_channels, uint inner) {
    const Place at = place_of(inner, window.output_height, window.output_width);
    const int row = at.row * window.stride_height;
    const int column = at.column * window.stride_width;
    const LeftAcross walk = {
        x + pixel_at(at.sample, row, column, window.input_height, window.input_width) * (uint)input_channels, inner, row,
        column};
    return walk;
}
static inline void step_pixels(LeftAcross *walk, Window window, int input_channels, int pixels) {
    const int line = window.output_width * window.stride_width;
    const int plane = window.output_height * window.stride_height;
    walk->inner += pixels;
    walk->column += pixels * window.stride_width;
    walk->from += pixels * window.stride_width * input_channels;
    while (walk->column >= line) {
        walk->column -= line;
        walk->row += window.stride_height;
        walk->from += (window.stride_height * window.input_width - line) * input_channels;
        if (walk->row < plane) continue;
        walk->row = 0;
        walk->from += (window.input_height - plane) * window.input_width * input_channels;
    }
}
#define LEFT_ACROSS_AT(inner) pixel_of(x, window, input_channels, inner)
#define LEFT_ACROSS_STEP(walk, by) step_pixels(&walk, window, input_channels, by)

static inline bool is_inside(LeftLine line, int element, LeftAcross walk, Window window, uint inner_end) {
    return (uint)(walk.row + line.row[element]) < (uint)window.input_height
        && (uint)(walk.column + line.column[element]) < (uint)window.input_width && walk.inner < inner_end;
}
static inline BITS4_STORED left4(LeftLine line, LeftAcross walk, Window window, uint inner_end) {
#if CHANNEL_FOURS
    return is_inside(line, 0, walk, window, inner_end) ? LOAD4_BITS_STORED(walk.from + line.offset[0])
                                                   : (BITS4_STORED)0;
#else
    BITS_STORED values[4];
#pragma unroll
    for (int e = 0; e < 4; ++e) {
        values[e] =
            is_inside(line, e, walk, window, inner_end) ? READ_BITS_STORED(walk.from + line.offset[e]) : (BITS_STORED)0;
    }
    return vload4(0, values);
#endif
}
#define LEFT4(line, walk) left4(line, walk, window, inner_end)

// Four columns; what is beyond the last stands for the first: its products are never stored.
typedef struct {
    global const stored *from;
    uint column, end;
} RightLine;

static inline RightLine columns_of(global const stored *dy, uint column, uint columns, uint inner_end) {
    if (column >= columns) column = 0;
    const RightLine line = {dy + column, column, inner_end};
    return line;
}
static inline BITS4_STORED right4(RightLine line, uint inner, int output_channels, uint columns) {
    if (inner >= line.end) return (BITS4_STORED)0;
    global const stored *from = line.from + inner * (ulong)(uint)output_channels;
#if COLUMN_FOURS
    return LOAD4_BITS_STORED(from);
#else
    BITS_STORED values[4];
#pragma unroll
    for (uint c = 0; c < 4; ++c) values[c] = line.column + c < columns ? READ_BITS_STORED(from + c) : (BITS_STORED)0;
    return vload4(0, values);
#endif
}
typedef uint RightAcross;
#define RIGHT_ACROSS_AT(inner) (inner)
#define RIGHT_ACROSS_STEP(inner, by) (inner) += (by)
#define RIGHT_LINE(column) columns_of(dy, column, columns, inner_end)
#define RIGHT4(line, inner) right4(line, inner, output_channels, columns)

#define STORE4(row, column, value)                                                               \
    if ((row) < rows) store4(value, partial + (row) * (ulong)(uint)output_channels, column, columns);
