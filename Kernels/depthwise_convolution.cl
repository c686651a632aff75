// A convolution in which each channel has a filter of its own, and its gradients. Nothing is shared between channels,
// so these are bound by memory: a work-item handles VEC channels, which divides all.

kernel void depthwise_convolution(
    global const stored *x, global const float *filter, global const float *bias, global stored *y, Window window,
    int channels, int has_bias, int function, ulong elements) {
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
            sum += LOAD_STORED(x + place * (uint)channels + channel)
                * LOAD(filter + (a * window.width + b) * channels + channel);
        }
    }
    if (has_bias) sum += LOAD(bias + channel);
    STORE_STORED(activate(sum, function), y + i);
}

// Each place of dx gathers from the windows that lie on it.
kernel void depthwise_convolution_input_gradient(
    global const stored *dy, global const float *filter, global stored *dx, Window window, int channels,
    ulong elements) {
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
            sum += LOAD_STORED(dy + place * (uint)channels + channel)
                * LOAD(filter + (a * window.width + b) * channels + channel);
        }
    }
    STORE_STORED(sum, dx + i);
}

// partial[chunk, a, b, channel] over `lines_a_chunk` lines of output pixels; a second pass adds the chunks.
kernel void depthwise_convolution_filter_gradient(
    global const stored *x, global const stored *dy, global float *partial, Window window, int channels,
    int lines_a_chunk, int count) {
    const int channel = get_global_id(0) * VEC;
    if (channel >= channels) return;
    const int element = get_global_id(1);
    const int a = element / window.width;
    const int b = element - a * window.width;
    const ulong chunk = get_global_id(2);
    const ulong first = chunk * (uint)lines_a_chunk;
    const ulong end = min(first + (uint)lines_a_chunk, (ulong)count * (uint)window.output_height);

    floatV sum = (floatV)0.0f;
    for (ulong line = first; line < end; ++line) {
        const ulong sample = line / (uint)window.output_height;
        const int p = (int)(line - sample * (uint)window.output_height);
        const int h = p * window.stride_height + a * window.dilation_height - window.pad_top;
        if (h < 0 || h >= window.input_height) continue;
        for (int q = 0; q < window.output_width; ++q) {
            const int w = q * window.stride_width + b * window.dilation_width - window.pad_left;
            if (w < 0 || w >= window.input_width) continue;
            const ulong from = pixel_at(sample, h, w, window.input_height, window.input_width);
            sum += LOAD_STORED(x + from * (uint)channels + channel)
                * LOAD_STORED(dy + (line * (uint)window.output_width + q) * (uint)channels + channel);
        }
    }
    STORE(sum, partial + (chunk * (uint)(window.height * window.width) + element) * (uint)channels + channel);
}
