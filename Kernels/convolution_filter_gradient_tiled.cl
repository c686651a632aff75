// dw as a product of matrices that are never made: rows are (window row, window column, input channel of the group), the
// inner index runs over output pixels of the batch in fixed chunks, columns are output channels of the group. Each chunk
// gives a partial sum; a second pass adds them.

#define TILED_NAME convolution_filter_gradient_tiled
#define LEFT_ALONG_INNER 0
#define RIGHT_ALONG_INNER 0

#define TILED_ARGUMENTS                                                                       \
    global const float *x, global const float *dy, global float *partial, Window window, int input_channels, \
        int output_channels, int groups, int pixels_a_chunk, int count

// get_group_id(2) is (chunk, group).
#define TILED_SETUP                                                                              \
    const int channels = input_channels / groups;                                                \
    const int columns = output_channels / groups;                                                \
    const ulong rows = (ulong)(window.height * window.width * channels);                         \
    const int group = get_group_id(2) % groups;                                                  \
    const ulong chunk = get_group_id(2) / groups;                                                \
    const ulong pixels = (ulong)count * (uint)(window.output_height * window.output_width);      \
    const ulong inner_first = chunk * (uint)pixels_a_chunk;                                      \
    const ulong inner_end = min(inner_first + (uint)pixels_a_chunk, pixels);                     \
    x += group * channels;                                                                       \
    dy += group * columns;                                                                       \
    partial += chunk * rows * (uint)output_channels + group * columns;

static inline float under_window(
    global const float *x, Window window, int input_channels, int channels, int p, int q, ulong sample, int row) {
    const int channel = row % channels;
    const int element = row / channels;
    const int h = p * window.stride_height + element / window.width * window.dilation_height - window.pad_top;
    const int w = q * window.stride_width + element % window.width * window.dilation_width - window.pad_left;
    if (h < 0 || h >= window.input_height || w < 0 || w >= window.input_width) return 0.0f;
    return x[((sample * (uint)window.input_height + h) * (uint)window.input_width + w) * (uint)input_channels + channel];
}

static inline float4 left4(
    global const float *x, Window window, int input_channels, int channels, int rows, int row, ulong pixel,
    ulong pixel_end) {
    float4 value = (float4)0.0f;
    if (pixel >= pixel_end) return value;
    const int q = pixel % (uint)window.output_width;
    const ulong line = pixel / (uint)window.output_width;
    const int p = line % (uint)window.output_height;
    const ulong sample = line / (uint)window.output_height;
    if (row < rows) value.x = under_window(x, window, input_channels, channels, p, q, sample, row);
    if (row + 1 < rows) value.y = under_window(x, window, input_channels, channels, p, q, sample, row + 1);
    if (row + 2 < rows) value.z = under_window(x, window, input_channels, channels, p, q, sample, row + 2);
    if (row + 3 < rows) value.w = under_window(x, window, input_channels, channels, p, q, sample, row + 3);
    return value;
}

#define LEFT4(row, inner) left4(x, window, input_channels, channels, rows, row, inner, inner_end)
#define RIGHT4(inner, column)                                                                    \
    ((inner) < inner_end ? load4(dy + (inner) * (uint)output_channels, column, columns) : (float4)0.0f)
#define STORE4(row, column, value)                                                               \
    if ((row) < rows) store4(value, partial + (row) * (uint)output_channels, column, columns);
