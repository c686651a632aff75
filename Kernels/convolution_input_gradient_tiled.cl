// dx as a product of matrices that are never made: rows are input pixels, the inner index runs over (window row, window
// column, output channel of the group), columns are input channels of the group. Each pixel gathers.

#define TILED_NAME convolution_input_gradient_tiled
#define LEFT_ALONG_INNER 1
#define RIGHT_ALONG_INNER 1

#define TILED_ARGUMENTS                                                                       \
    global const stored *dy, global const float *filter, global stored *dx, Window window, int input_channels, \
        int output_channels, int groups, int count

#define TILED_SETUP                                                                              \
    const int group = get_group_id(2);                                                           \
    const int channels = output_channels / groups;                                               \
    const int columns = input_channels / groups;                                                 \
    const ulong rows = (ulong)count * (uint)(window.input_height * window.input_width);          \
    const ulong inner_first = 0;                                                                 \
    const ulong inner_end = (ulong)(window.height * window.width * channels);                    \
    dy += group * channels;                                                                      \
    filter += group * channels;                                                                  \
    dx += group * columns;

// Where the gradient lies that reaches input pixel `row` through one element of the window, or -1 for nowhere.
static inline long reaching(Window window, ulong row, int element) {
    const Place at = place_of(row, window.input_height, window.input_width);
    const int i = element / window.width;
    const int j = element - i * window.width;
    const int p = window_over(
        at.row, i, window.stride_height, window.dilation_height, window.pad_top, window.output_height);
    const int q = window_over(
        at.column, j, window.stride_width, window.dilation_width, window.pad_left, window.output_width);
    if (p < 0 || q < 0) return -1;
    return (long)pixel_at(at.sample, p, q, window.output_height, window.output_width);
}

// Four neighbours along inner = (element, channel).
static inline float4 left4(
    global const stored *dy, Window window, int output_channels, int channels, ulong rows, ulong row, int inner,
    int inner_end) {
    float4 value = (float4)0.0f;
    if (row >= rows || inner >= inner_end) return value;
    if (channels % 4 == 0) {
        const int element = inner / channels;
        const long pixel = reaching(window, row, element);
        if (pixel < 0) return value;
        return LOAD4_STORED(dy + pixel * output_channels + (inner - element * channels));
    }
    float values[4];
    for (int i = 0; i < 4; ++i) {
        const int element = (inner + i) / channels;
        const long pixel = inner + i < inner_end ? reaching(window, row, element) : -1;
        values[i] = pixel < 0 ? 0.0f : READ_STORED(dy + pixel * output_channels + (inner + i - element * channels));
    }
    return vload4(0, values);
}

// filter[element, column, channel] for four neighbours of inner = (element, channel).
static inline float4 right4(
    global const float *filter, int output_channels, int channels, int columns, int inner, int inner_end,
    int column) {
    float4 value = (float4)0.0f;
    if (column >= columns || inner >= inner_end) return value;
    if (channels % 4 == 0) {
        const int element = inner / channels;
        const ulong line = (ulong)(element * columns + column);
        return *(global const float4 *)(filter + line * (uint)output_channels + (inner - element * channels));
    }
    float values[4];
    for (int i = 0; i < 4; ++i) {
        const int element = (inner + i) / channels;
        const ulong line = (ulong)(element * columns + column);
        values[i] = inner + i < inner_end
            ? filter[line * (uint)output_channels + (inner + i - element * channels)] : 0.0f;
    }
    return vload4(0, values);
}

#define LEFT4(row, inner) left4(dy, window, output_channels, channels, rows, row, inner, inner_end)
#define RIGHT4(inner, column) right4(filter, output_channels, channels, columns, inner, inner_end, column)
#define STORE4(row, column, value)                                                               \
    if ((row) < rows) store4_stored(value, dx + (row) * (uint)input_channels, column, columns);
