// A convolution as a product of matrices that are never made: rows are output pixels, the inner index runs over
// (window row, window column, channel of the group), columns are output channels of the group. A residual, which may be
// the same memory as the output, is added before the activation.

#define TILED_NAME convolution_tiled
#define LEFT_ALONG_INNER 1
#define RIGHT_ALONG_INNER 0

#define TILED_ARGUMENTS                                                                                       \
    global const stored *x, global const float *filter, global const float *bias, global const stored *residual,     \
        global stored *y, Window window, int input_channels, int output_channels, int groups, int has_bias,    \
        int has_residual, int function, int count

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
    residual += has_residual ? group * columns : 0;                                              \
    y += group * columns;

// Four neighbours along inner = (element, channel).
static inline float4 left4(
    global const stored *x, Window window, int input_channels, int channels, ulong rows, ulong row, int inner,
    int inner_end) {
    float4 value = (float4)0.0f;
    if (row >= rows || inner >= inner_end) return value;
    const Place at = place_of(row, window.output_height, window.output_width);
    if (channels % 4 == 0) {
        const int element = inner / channels;
        const long pixel = pixel_under(window, at, element);
        if (pixel < 0) return value;
        return LOAD4_STORED(x + pixel * input_channels + (inner - element * channels));
    }
    float values[4];
    for (int i = 0; i < 4; ++i) {
        const int element = (inner + i) / channels;
        const long pixel = inner + i < inner_end ? pixel_under(window, at, element) : -1;
        values[i] = pixel < 0 ? 0.0f : READ_STORED(x + pixel * input_channels + (inner + i - element * channels));
    }
    return vload4(0, values);
}

#define LEFT4(row, inner) left4(x, window, input_channels, channels, rows, row, inner, inner_end)
#define RIGHT4(inner, column)                                                                    \
    ((inner) < inner_end ? load4(filter + (inner) * (uint)output_channels, column, columns) : (float4)0.0f)
#define STORE4(row, column, value)                                                               \
    if ((row) < rows) {                                                                          \
        const float4 added = has_residual                                                        \
            ? load4_stored(residual + (row) * (uint)output_channels, column, columns)                   \
            : (float4)0.0f;                                                                      \
        store4_stored(                                                                                \
            finish4((value) + added, bias, has_bias, function, column, columns), y + (row) * (uint)output_channels, \
            column, columns);                                                                    \
    }
