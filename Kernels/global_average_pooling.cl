// The mean over a sample's pixels, and its gradient. A work-item handles VEC channels, which divides all.

kernel void global_average_pooling(
    global const stored *x, global stored *y, int pixels, int channels, ulong elements) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements) return;
    const ulong sample = i / (uint)channels;
    const int channel = (int)(i - sample * (uint)channels);
    global const stored *from = x + sample * (uint)pixels * (uint)channels + channel;
    floatV sum = (floatV)0.0f;
    for (int pixel = 0; pixel < pixels; ++pixel) sum += LOAD_STORED(from + (ulong)pixel * (uint)channels);
    STORE_STORED(sum / (float)pixels, y + i);
}

kernel void global_average_pooling_gradient(
    global const stored *dy, global stored *dx, int pixels, int channels, ulong elements) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements) return;
    const ulong sample = i / ((ulong)pixels * (uint)channels);
    const ulong pixel = i / (uint)channels;
    const int channel = (int)(i - pixel * (uint)channels);
    STORE_STORED(LOAD_STORED(dy + sample * (uint)channels + channel) / (float)pixels, dx + i);
}
