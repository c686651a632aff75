// dw as a product of matrices that are never made: rows are (window row, window column, input channel of the group),
// the inner index runs over output pixels of the batch in fixed chunks, columns are output channels of the group.
// Each chunk gives a partial sum; a second pass adds them.

#define TILED_NAME convolution_filter_gradient_tiled
#define LEFT_ALONG_INNER 0
#define RIGHT_ALONG_INNER 0

#define TILED_ARGUMENTS                                                                       \
    global const stored *x, global const stored *dy, global float *partial, Window window, int input_channels, \
        int output_channels, int groups, int pixels_a_chunk, int count

// get_group_id(2) is (chunk, group).
#define TILED_SETUP                                                                              \
    const int channels = input_channels / groups;                                                \
    const int columns = output_channels / groups;                                                \
    const ulong rows = (ulong)(window.height * window.width * channels);                         \
    const ulong chunk = get_group_id(2) / (uint)groups;                                          \
    const int group = get_group_id(2) - chunk * (uint)groups;                                    \
    const ulong pixels = (ulong)count * (uint)(window.output_height * window.output_width);      \
    const ulong inner_first = chunk * (uint)pixels_a_chunk;                                      \
    const ulong inner_end = min(inner_first + (uint)pixels_a_chunk, pixels);                     \
    x += group * channels;                                                                       \
    dy += group * columns;                                                                       \
    partial += chunk * rows * (uint)output_channels + group * columns;

// Four neighbours along row = (element, channel), all under the window of one output pixel.
static inline float4 left4(
    global const stored *x, Window window, int input_channels, int channels, int rows, int row, ulong pixel,
    ulong pixel_end) {
    if (row >= rows || pixel >= pixel_end) return (float4)0.0f;
    const Place at = place_of(pixel, window.output_height, window.output_width);
    if (channels % 4 == 0) {
        const int element = row / channels;
        const long from = pixel_under(window, at, element);
        if (from < 0) return (float4)0.0f;
        return LOAD4_STORED(x + from * input_channels + (row - element * channels));
    }
    float values[4];
    for (int r = 0; r < 4; ++r) {
        const int element = (row + r) / channels;
        const long from = row + r < rows ? pixel_under(window, at, element) : -1;
        values[r] = from < 0 ? 0.0f : READ_STORED(x + from * input_channels + (row + r - element * channels));
    }
    return vload4(0, values);
}

#define LEFT4(row, inner) left4(x, window, input_channels, channels, rows, row, inner, inner_end)
#define RIGHT4(inner, column)                                                                    \
    ((inner) < inner_end ? load4_stored(dy + (inner) * (uint)output_channels, column, columns) : (float4)0.0f)
#define STORE4(row, column, value)                                                               \
    if ((row) < rows) store4(value, partial + (row) * (uint)output_channels, column, columns);
