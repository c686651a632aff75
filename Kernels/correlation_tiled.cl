// A sum over a window's elements as a product of matrices that are never made: a convolution, or one phase of its gradient by
// the input. Rows are places of the output, the inner index runs over (element of the window, channel of the group), columns
// are output channels of the group. A residual, which may be the same memory as the output, is added before the activation.
//
// CHANNEL_FOURS, COLUMN_FOURS: whether the channels (columns) of a group are a multiple of four. FILTER_ALONG: whether the
// filter's neighbours in memory are channels, else they are columns, and it is a matrix [inner, columns]. FUNCTION: the
// activation at the end. WHOLE_SLICES: whether the inner index has whole slices of up to 32. FILTER_IS_NARROW: whether the filter
// has been rounded to what activations are stored as; its neighbours are then a multiple of four.

// The order is that of `Correlation.tiledIntegers`.
typedef struct {
    int input_height, input_width, input_channels, output_height, output_width, output_channels;
    // Places, and where they lie in the output: first + place * spread.
    int grid_height, grid_width, spread_height, spread_width, first_height, first_width;
    // The input index of element i at a place: place * stride + i * dilation + offset.
    int height, width, stride_height, stride_width, dilation_height, dilation_width, offset_height, offset_width;
    // Of one group.
    int channels, columns;
    // Where element (i, j, channel, column, group) of the filter lies.
    int filter_first, filter_row, filter_column, filter_channel, filter_output, filter_group;
} Correlation;

#define TILED_NAME correlation_tiled
#define LEFT_IS_STORED 1
#define LEFT_ALONG_INNER 1
#define RIGHT_IS_STORED FILTER_IS_NARROW
#define RIGHT_ALONG_INNER FILTER_ALONG

#if FILTER_IS_NARROW
#define filter_type stored
#define FILTER_BITS4 BITS4_STORED
#define LOAD4_FILTER LOAD4_BITS_STORED
#else
#define filter_type float
#define FILTER_BITS4 BITS4_FLOAT
#define LOAD4_FILTER LOAD4_BITS_FLOAT
#endif

#define TILED_ARGUMENTS                                                                                           \
    global const stored *x, global const filter_type *filter, global const float *bias, global const stored *residual, \
        global stored *y, Correlation of, int has_bias, int has_residual, int count

#define TILED_SETUP                                                                              \
    const int group = get_group_id(2);                                                           \
    const uint columns = of.columns;                                                             \
    const uint rows = (uint)count * (uint)(of.grid_height * of.grid_width);                      \
    const uint inner_first = 0;                                                                  \
    const uint inner_end = of.height * of.width * of.channels;                                   \
    x += group * of.channels;                                                                    \
    filter += of.filter_first + group * of.filter_group;                                         \
    bias += has_bias ? group * of.columns : 0;                                                   \
    residual += has_residual ? group * of.columns : 0;                                           \
    y += group * of.columns;

// Where element (0, 0) of the window lies at a place, in its sample; a row outside of every input for no place.
typedef struct {
    global const stored *sample;
    int row, column;
} LeftLine;

static inline LeftLine line_of(global const stored *x, Correlation of, uint row, uint rows) {
    const Place at = place_of(row, of.grid_height, of.grid_width);
    const LeftLine line = {
        x + (row < rows ? at.sample : 0) * (uint)(of.input_height * of.input_width * of.input_channels),
        row < rows ? at.row * of.stride_height + of.offset_height : INT_MIN / 2,
        at.column * of.stride_width + of.offset_width};
    return line;
}
#define LEFT_LINE(row) line_of(x, of, row, rows)

// An inner index: an element of the window by how far it lies from the first, and a channel; and where those lie in the filter.
typedef struct {
    uint inner;
    int row, column, channel, filter;
} Along;

static inline void next_element(Along *walk, Correlation of) {
    walk->column += of.dilation_width;
    walk->filter += of.filter_column;
    if (walk->column < of.width * of.dilation_width) return;
    walk->column = 0;
    walk->row += of.dilation_height;
    walk->filter += of.filter_row - of.width * of.filter_column;
}
static inline void step_along(Along *walk, Correlation of, int channels) {
    walk->inner += channels;
    walk->channel += channels;
    while (walk->channel >= of.channels) {
        walk->channel -= of.channels;
        next_element(walk, of);
    }
}
static inline Along along_at(Correlation of, uint inner) {
    Along walk = {0, 0, 0, 0, 0};
    if (of.height * of.width > 0) step_along(&walk, of, inner);
    return walk;
}
#define ALONG_AT(inner) along_at(of, inner)
#define ALONG_STEP(walk, by) step_along(&walk, of, by)

// Whether there is a pixel, and where it lies in its sample.
static inline bool is_inside(LeftLine line, Along walk, Correlation of, int *pixel) {
    const int row = line.row + walk.row;
    const int column = line.column + walk.column;
    *pixel = row * of.input_width + column;
    return (uint)row < (uint)of.input_height && (uint)column < (uint)of.input_width;
}
static inline BITS4_STORED left4(LeftLine line, Along walk, Correlation of, uint inner_end) {
    int pixel;
#if CHANNEL_FOURS
    const bool is_there = is_inside(line, walk, of, &pixel) && (WHOLE_SLICES || walk.inner < inner_end);
    return is_there ? LOAD4_BITS_STORED(line.sample + (pixel * of.input_channels + walk.channel)) : (BITS4_STORED)0;
#else
    BITS_STORED values[4];
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        const bool is_there = is_inside(line, walk, of, &pixel) && walk.inner < inner_end;
        values[i] =
            is_there ? READ_BITS_STORED(line.sample + (pixel * of.input_channels + walk.channel)) : (BITS_STORED)0;
        if (i < 3) step_along(&walk, of, 1);
    }
    return vload4(0, values);
#endif
}
#define LEFT4(line, walk) left4(line, walk, of, inner_end)

// A column, or the first of four; what is beyond the last stands for the first: its products are never stored.
typedef struct {
    global const filter_type *from;
    uint column, end;
} RightLine;

#if FILTER_ALONG
// A column's elements.
static inline RightLine column_of(
    global const filter_type *filter, Correlation of, uint column, uint columns, uint inner_end) {
    if (column >= columns) column = 0;
    const RightLine line = {filter + column * (uint)of.filter_output, column, inner_end};
    return line;
}
static inline FILTER_BITS4 right4(RightLine line, Along walk, Correlation of) {
#if CHANNEL_FOURS
    return WHOLE_SLICES || walk.inner < line.end ? LOAD4_FILTER(line.from + (walk.filter + walk.channel))
                                                 : (FILTER_BITS4)0;
#else
    float values[4];
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        values[i] = walk.inner < line.end ? line.from[walk.filter + walk.channel] : 0.0f;
        if (i < 3) step_along(&walk, of, 1);
    }
    return vload4(0, values);
#endif
}
#define RIGHT_LINE(column) column_of(filter, of, column, columns, inner_end)
#define RIGHT4(line, walk) right4(line, walk, of)
#else
// Four columns of a matrix.
static inline RightLine columns_of(global const filter_type *filter, uint column, uint columns, uint inner_end) {
    if (column >= columns) column = 0;
    const RightLine line = {filter + column, column, inner_end};
    return line;
}
static inline FILTER_BITS4 right4(RightLine line, uint inner, uint pitch, uint columns) {
    if (!WHOLE_SLICES && inner >= line.end) return (FILTER_BITS4)0;
    global const filter_type *from = line.from + inner * pitch;
#if COLUMN_FOURS
    return LOAD4_FILTER(from);
#else
    return load4(from - line.column, line.column, columns);
#endif
}
typedef uint RightAcross;
#define RIGHT_ACROSS_AT(inner) (inner)
#define RIGHT_ACROSS_STEP(inner, by) (inner) += (by)
#define RIGHT_LINE(column) columns_of(filter, column, columns, inner_end)
#define RIGHT4(line, inner) right4(line, inner, of.filter_channel, columns)
#endif

// The pixel of the output that a place is.
static inline ulong pixel_of(Correlation of, uint row) {
    if (of.spread_height == 1 && of.spread_width == 1) return row;
    const Place at = place_of(row, of.grid_height, of.grid_width);
    return pixel_at(
        at.sample, of.first_height + at.row * of.spread_height, of.first_width + at.column * of.spread_width,
        of.output_height, of.output_width);
}
#define STORE4(row, column, value)                                                                                   \
    if ((row) < rows) {                                                                                              \
        const ulong pixel = pixel_of(of, row);                                                                       \
        const float4 added = has_residual                                                                            \
            ? load4_stored(residual + pixel * (uint)of.output_channels, column, columns)                             \
            : (float4)0.0f;                                                                                          \
        store4_stored(                                                                                               \
            finish4((value) + added, bias, has_bias, FUNCTION, column, columns), y + pixel * (uint)of.output_channels, \
            column, columns);                                                                                        \
    }
