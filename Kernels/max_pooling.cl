// A work-item handles VEC channels, which divides all.

// winners is not written unless keeps_winners.
kernel void max_pooling(
    global const stored *x, global stored *y, global uchar *winners, Window window, int channels, int keeps_winners,
    ulong elements) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements) return;
    const uint item = get_global_id(0);
    const uint pixel = item / (uint)(channels / VEC);
    const int channel = (item - pixel * (channels / VEC)) * VEC;
    const Place at = place_of(pixel, window.output_height, window.output_width);

    floatV best = (floatV)-INFINITY;
    intV winner = (intV)0;
    bool found = false;
    for (int a = 0; a < window.height; ++a) {
        const int h = at.row * window.stride_height + a * window.dilation_height - window.pad_top;
        if (h < 0 || h >= window.input_height) continue;
        for (int b = 0; b < window.width; ++b) {
            const int w = at.column * window.stride_width + b * window.dilation_width - window.pad_left;
            if (w < 0 || w >= window.input_width) continue;
            const ulong place = pixel_at(at.sample, h, w, window.input_height, window.input_width);
            const floatV value = LOAD_STORED(x + place * (uint)channels + channel);
            const intV place_in_window = (intV)(a * window.width + b);
            if (!found) {
                best = value;
                winner = place_in_window;
                found = true;
            } else {
                const intV is_larger = value > best;
                winner = is_larger ? place_in_window : winner;
                best = is_larger ? value : best;
            }
        }
    }
    STORE_STORED(best, y + i);
    if (keeps_winners) STORE(TO_UCHAR(winner), winners + i);
}

// Each place of dx gathers from the windows that it won.
kernel void max_pooling_gradient(
    global const stored *dy, global const uchar *winners, global stored *dx, Window window, int channels,
    ulong elements) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements) return;
    const uint item = get_global_id(0);
    const uint pixel = item / (uint)(channels / VEC);
    const int channel = (item - pixel * (channels / VEC)) * VEC;
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
            const ulong from = place * (uint)channels + channel;
            const intV won = TO_INT(LOAD(winners + from)) == (intV)(a * window.width + b);
            sum += won ? LOAD_STORED(dy + from) : (floatV)0.0f;
        }
    }
    STORE_STORED(sum, dx + i);
}
