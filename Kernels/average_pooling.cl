// A work-item handles VEC channels, which divides all.

// By what a window's sum is divided: its elements inside of the input, or with the padding that is there on either
// side.
static inline int elements_under(int p, int height, int stride, int dilation, int pad, int input) {
    int inside = 0;
    for (int a = 0; a < height; ++a) {
        const int h = p * stride + a * dilation - pad;
        inside += h >= 0 && h < input;
    }
    return inside;
}

static inline float divisor(Window window, int p, int q, int counts_padding) {
    if (counts_padding) return (float)(window.height * window.width);
    return (float)(elements_under(
                       p, window.height, window.stride_height, window.dilation_height, window.pad_top,
                       window.input_height)
                   * elements_under(
                       q, window.width, window.stride_width, window.dilation_width, window.pad_left,
                       window.input_width));
}

kernel void average_pooling(
    global const stored *x, global stored *y, Window window, int channels, int counts_padding, ulong elements) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements) return;
    const ulong pixel = i / (uint)channels;
    const int channel = (int)(i - pixel * (uint)channels);
    const Place at = place_of(pixel, window.output_height, window.output_width);

    floatV sum = (floatV)0.0f;
    for (int a = 0; a < window.height; ++a) {
        const int h = at.row * window.stride_height + a * window.dilation_height - window.pad_top;
        if (h < 0 || h >= window.input_height) continue;
        for (int b = 0; b < window.width; ++b) {
            const int w = at.column * window.stride_width + b * window.dilation_width - window.pad_left;
            if (w < 0 || w >= window.input_width) continue;
            const ulong place = pixel_at(at.sample, h, w, window.input_height, window.input_width);
            sum += LOAD_STORED(x + place * (uint)channels + channel);
        }
    }
    STORE_STORED(sum / max(divisor(window, at.row, at.column, counts_padding), 1.0f), y + i);
}

kernel void average_pooling_gradient(
    global const stored *dy, global stored *dx, Window window, int channels, int counts_padding, ulong elements) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements) return;
    const ulong pixel = i / (uint)channels;
    const int channel = (int)(i - pixel * (uint)channels);
    const Place at = place_of(pixel, window.input_height, window.input_width);

    floatV sum = (floatV)0.0f;
    for (int a = 0; a < window.height; ++a) {
        const int p = window_over(
            at.row, a, window.stride_height, window.dilation_height, window.pad_top, window.output_height);
        if (p < 0) continue;
        for (int b = 0; b < window.width; ++b) {
            const int q = window_over(
                at.column, b, window.stride_width, window.dilation_width, window.pad_left, window.output_width);
            if (q < 0) continue;
            const ulong place = pixel_at(at.sample, p, q, window.output_height, window.output_width);
            sum += LOAD_STORED(dy + place * (uint)channels + channel) / divisor(window, p, q, counts_padding);
        }
    }
    STORE_STORED(sum, dx + i);
}
