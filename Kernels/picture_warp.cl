// Pictures of 8-bit samples read at moved places, bilinearly, and normalised. A work-item gives one pixel.

// What is read outside of a picture: 0 its border's pixel, 1 a value, 2 its mirror image, 3 the picture again.
#if OUTSIDE == 2
static inline int index_within(int place, int count) {
    const int period = 2 * count;
    const int rest = ((place % period) + period) % period;
    return rest < count ? rest : period - 1 - rest;
}
#else
static inline int index_within(int place, int count) { return clamp(place, 0, count - 1); }
#endif

// A place within 0 and the last one, from which the picture begins anew.
static inline float wrapped(float place, int count) {
    const float period = (float)(count - 1);
    if (count < 2) return 0.0f;
    if (place < 0.0f) return place + period * (floor(-place / period) + 1.0f);
    return place > period ? place - period * floor(place / period) : place;
}

static inline float3 sample(global const uchar *picture, int row, int column, int width) {
    return convert_float3(vload3(0, picture + ((long)row * width + column) * 3));
}

kernel void picture_warp(
    global const uchar *pictures, global const float *changes, global stored *images, int count, int height,
    int width, float fill, global const float *factors, int is_reversed) {
    const ulong pixels = (ulong)height * width;
    const ulong picture = get_global_id(0) / pixels;
    if (picture >= (ulong)count) return;
    const ulong pixel = get_global_id(0) - picture * pixels;
    const int row = (int)(pixel / width);
    const int column = (int)(pixel - (ulong)row * width);
    global const float *change = changes + picture * 10;
    const ulong target = (picture * pixels + pixel) * 3;

    const float erased_column = column - change[6];
    const float erased_row = row - change[7];
    if (erased_column >= 0.0f && erased_column < change[8] && erased_row >= 0.0f && erased_row < change[9]) {
        for (int channel = 0; channel < 3; ++channel) WRITE_STORED(0.0f, images + target + channel);
        return;
    }

    float x = fma(change[4], (float)row, fma(change[2], (float)column, change[0]));
    float y = fma(change[5], (float)row, fma(change[3], (float)column, change[1]));
    float3 value = (float3)(fill);
#if OUTSIDE == 3
    x = wrapped(x, width);
    y = wrapped(y, height);
#elif OUTSIDE == 1
    if (x >= 0.0f && x <= (float)(width - 1) && y >= 0.0f && y <= (float)(height - 1))
#endif
    {
        // Far outside, where nothing but the border is read, so that whole numbers hold them.
        x = clamp(x, -1e8f, 1e8f);
        y = clamp(y, -1e8f, 1e8f);
        const float left = floor(x);
        const float upper = floor(y);
        const int2 columns = (int2)(index_within((int)left, width), index_within((int)left + 1, width));
        const int2 rows = (int2)(index_within((int)upper, height), index_within((int)upper + 1, height));
        global const uchar *source = pictures + picture * pixels * 3;
        const float3 top = mix(sample(source, rows.x, columns.x, width), sample(source, rows.x, columns.y, width), x - left);
        const float3 low = mix(sample(source, rows.y, columns.x, width), sample(source, rows.y, columns.y, width), x - left);
        value = mix(top, low, y - upper);
    }
    value = value * vload3(0, factors) + vload3(1, factors);
    WRITE_STORED(is_reversed ? value.z : value.x, images + target);
    WRITE_STORED(value.y, images + target + 1);
    WRITE_STORED(is_reversed ? value.x : value.z, images + target + 2);
}
