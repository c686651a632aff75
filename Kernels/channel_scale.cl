// Channels times numbers, of each sample or shared by all (IS_SHARED), and the gradient by those. A work-item handles VEC
// channels, which divides all. What all samples share is a parameter, a sample's own an activation.

#if IS_SHARED
#define factor float
#define LOAD_FACTOR LOAD
#define STORE_SUM STORE
#else
#define factor stored
#define LOAD_FACTOR LOAD_STORED
#define STORE_SUM STORE_STORED
#endif

// y = x s. y and x may be the same memory.
kernel void channel_scale(
    global const stored *x, global const factor *scale, global stored *y, ulong elements, int sample_elements,
    int channels) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements) return;
    const ulong sample = IS_SHARED ? 0 : i / (uint)sample_elements;
    STORE_STORED(LOAD_STORED(x + i) * LOAD_FACTOR(scale + sample * (uint)channels + i % (uint)channels), y + i);
}

// sums[sample, channel] = the sum over the sample's pixels of dy x.
kernel void channel_scale_gradient(
    global const stored *dy, global const stored *x, global factor *sums, int pixels, int channels, ulong elements) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements) return;
    const ulong sample = i / (uint)channels;
    const ulong first = sample * (uint)pixels * (uint)channels + i % (uint)channels;
    floatV sum = (floatV)0.0f;
    for (int pixel = 0; pixel < pixels; ++pixel) {
        const ulong place = first + (ulong)pixel * (uint)channels;
        sum += LOAD_STORED(dy + place) * LOAD_STORED(x + place);
    }
    STORE_SUM(sum, sums + i);
}

// total[channel] = the sum over samples.
kernel void sum_samples(global const float *sums, global float *total, int channels, int samples) {
    const int i = get_global_id(0) * VEC;
    if (i >= channels) return;
    floatV sum = (floatV)0.0f;
    for (int sample = 0; sample < samples; ++sample) sum += LOAD(sums + (ulong)sample * (uint)channels + i);
    STORE(sum, total + i);
}
