// Channels times numbers, of each sample or shared by all, and the gradient by those. A work-item handles VEC channels,
// which divides all.

// y = x s. y and x may be the same memory.
kernel void channel_scale(
    global const float *x, global const float *scale, global float *y, ulong elements, int sample_elements, int channels,
    int is_shared) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements) return;
    const ulong sample = is_shared ? 0 : i / (uint)sample_elements;
    STORE(LOAD(x + i) * LOAD(scale + sample * (uint)channels + i % (uint)channels), y + i);
}

// sums[sample, channel] = the sum over the sample's pixels of dy x.
kernel void channel_scale_gradient(
    global const float *dy, global const float *x, global float *sums, int pixels, int channels, ulong elements) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements) return;
    const ulong sample = i / (uint)channels;
    const ulong first = sample * (uint)pixels * (uint)channels + i % (uint)channels;
    floatV sum = (floatV)0.0f;
    for (int pixel = 0; pixel < pixels; ++pixel) {
        const ulong place = first + (ulong)pixel * (uint)channels;
        sum += LOAD(dy + place) * LOAD(x + place);
    }
    STORE(sum, sums + i);
}

// total[channel] = the sum over samples.
kernel void sum_samples(global const float *sums, global float *total, int channels, int samples) {
    const int i = get_global_id(0) * VEC;
    if (i >= channels) return;
    floatV sum = (floatV)0.0f;
    for (int sample = 0; sample < samples; ++sample) sum += LOAD(sums + (ulong)sample * (uint)channels + i);
    STORE(sum, total + i);
}
