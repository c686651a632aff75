// A convolution as a product of matrices that are never made: rows are output pixels, the inner index runs over
// (window row, window column, channel of the group), columns are output channels of the group.

#define TILED_NAME convolution_tiled
#define LEFT_ALONG_INNER 1
#define RIGHT_ALONG_INNER 0

#define TILED_ARGUMENTS                                                                                       \
    global const float *x, global const float *filter, global const float *bias, global float *y, Window window, \
        int input_channels, int output_channels, int groups, int has_bias, int function, int count

#define TILED_SETUP                                                                              \
    const int group = get_group_id(2);                                                           \
    const int channels = input_channels / groups;                                                \
    const int columns = output_channels / groups;                                                \
    const ulong rows = (ulong)count * (uint)(window.output_height * window.output_width);        \
    const ulong inner_first = 0;                                                                 \
    const ulong inner_end = (ulong)(window.height * window.width * channels);                    \
    x += group * channels;                                                                       \
    filter += group * columns;                                                                   \
    bias += has_bias ? group * columns : 0;                                                      \
    y += group * columns;

// One element under the window of output pixel `row`.
static inline float under_window(
    global const float *x, Window window, int input_channels, int channels, ulong row, int inner) {
    const int channel = inner % channels;
    const int element = inner / channels;
    const int q = row % (uint)window.output_width;
    const ulong line = row / (uint)window.output_width;
    const int p = line % (uint)window.output_height;
    const ulong sample = line / (uint)window.output_height;
    const int h = p * window.stride_height + element / window.width * window.dilation_height - window.pad_top;
    const int w = q * window.stride_width + element % window.width * window.dilation_width - window.pad_left;
    if (h < 0 || h >= window.input_height || w < 0 || w >= window.input_width) return 0.0f;
    return x[((sample * (uint)window.input_height + h) * (uint)window.input_width + w) * (uint)input_channels + channel];
}

static inline float4 left4(
    global const float *x, Window window, int input_channels, int channels, ulong rows, ulong row, int inner,
    int inner_end) {
    float4 value = (float4)0.0f;
    if (row >= rows) return value;
    if (channels % 4 == 0) {
        if (inner >= inner_end) return value;
        const int channel = inner % channels;
        const int element = inner / channels;
        const int q = row % (uint)window.output_width;
        const ulong line = row / (uint)window.output_width;
        const int p = line % (uint)window.output_height;
        const ulong sample = line / (uint)window.output_height;
        const int h = p * window.stride_height + element / window.width * window.dilation_height - window.pad_top;
        const int w = q * window.stride_width + element % window.width * window.dilation_width - window.pad_left;
        if (h < 0 || h >= window.input_height || w < 0 || w >= window.input_width) return value;
        const ulong pixel = (sample * (uint)window.input_height + h) * (uint)window.input_width + w;
        return vload4(0, x + pixel * (uint)input_channels + channel);
    }
    if (inner < inner_end) value.x = under_window(x, window, input_channels, channels, row, inner);
    if (inner + 1 < inner_end) value.y = under_window(x, window, input_channels, channels, row, inner + 1);
    if (inner + 2 < inner_end) value.z = under_window(x, window, input_channels, channels, row, inner + 2);
    if (inner + 3 < inner_end) value.w = under_window(x, window, input_channels, channels, row, inner + 3);
    return value;
}

#define LEFT4(row, inner) left4(x, window, input_channels, channels, rows, row, inner, inner_end)
#define RIGHT4(inner, column)                                                                    \
    ((inner) < inner_end ? load4(filter + (inner) * (uint)output_channels, column, columns) : (float4)0.0f)
#define STORE4(row, column, value)                                                               \
    if ((row) < rows) {                                                                          \
        store4(                                                                                  \
            finish4(value, bias, has_bias, function, column, columns), y + (row) * (uint)output_channels, \
            column, columns);                                                                    \
    }
