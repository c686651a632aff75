// Layer normalisation of [rows, channels], each row by its own mean and deviation. A work-group of ITEMS handles a row,
// each work-item every ITEMS-th channel.

// The sum over the group's work-items.
static inline float group_sum(float value, local float *values) {
    barrier(CLK_LOCAL_MEM_FENCE);
    values[get_local_id(0)] = value;
    barrier(CLK_LOCAL_MEM_FENCE);
    float sum = 0.0f;
    for (int item = 0; item < ITEMS; ++item) sum += values[item];
    return sum;
}

// Mean and inverse deviation, in two passes so that nothing cancels.
static inline float2 statistics(global const stored *x, int channels, float epsilon, local float *values) {
    float sum = 0.0f;
    for (int c = get_local_id(0); c < channels; c += ITEMS) sum += READ_STORED(x + c);
    const float mean = group_sum(sum, values) / channels;
    float squares = 0.0f;
    for (int c = get_local_id(0); c < channels; c += ITEMS) {
        const float difference = READ_STORED(x + c) - mean;
        squares += difference * difference;
    }
    return (float2)(mean, 1.0f / sqrt(group_sum(squares, values) / channels + epsilon));
}

kernel void layer_normalization(
    global const stored *x, global const float *scale, global const float *shift, global stored *y, int channels,
    float epsilon) {
    local float values[ITEMS];
    const ulong first = get_group_id(0) * (ulong)channels;
    const float2 of = statistics(x + first, channels, epsilon, values);
    for (int c = get_local_id(0); c < channels; c += ITEMS) {
        WRITE_STORED((READ_STORED(x + first + c) - of.x) * of.y * scale[c] + shift[c], y + first + c);
    }
}

// dx, and the row's statistics for the sums below.
kernel void layer_normalization_gradient(
    global const stored *dy, global const stored *x, global const float *scale, global stored *dx,
    global float *row_statistics, int channels, float epsilon) {
    local float values[ITEMS];
    const ulong row = get_group_id(0);
    const ulong first = row * (ulong)channels;
    const float2 of = statistics(x + first, channels, epsilon, values);
    float sum = 0.0f, products = 0.0f;
    for (int c = get_local_id(0); c < channels; c += ITEMS) {
        const float scaled = READ_STORED(dy + first + c) * scale[c];
        sum += scaled;
        products += scaled * (READ_STORED(x + first + c) - of.x);
    }
    const float mean = group_sum(sum, values) / channels;
    const float slope = group_sum(products, values) * of.y * of.y / channels;
    for (int c = get_local_id(0); c < channels; c += ITEMS) {
        const float scaled = READ_STORED(dy + first + c) * scale[c];
        const float centred = READ_STORED(x + first + c) - of.x;
        WRITE_STORED(of.y * (scaled - mean - centred * slope), dx + first + c);
    }
    if (get_local_id(0) == 0) vstore2(of, row, row_statistics);
}

// partial[chunk, 0, channel] = the gradient by the scale over the chunk's rows, partial[chunk, 1, channel] by the shift.
kernel void sum_layer_gradients(
    global const stored *dy, global const stored *x, global const float *row_statistics, global float *partial, ulong rows,
    int channels, int rows_a_chunk) {
    const int channel = get_global_id(0);
    if (channel >= channels) return;
    const ulong chunk = get_global_id(1);
    const ulong first = chunk * (uint)rows_a_chunk;
    const ulong end = min(first + (uint)rows_a_chunk, rows);
    float scale = 0.0f, shift = 0.0f;
    for (ulong row = first; row < end; ++row) {
        const float2 of = vload2(row, row_statistics);
        const ulong place = row * (uint)channels + channel;
        scale += READ_STORED(dy + place) * (READ_STORED(x + place) - of.x) * of.y;
        shift += READ_STORED(dy + place);
    }
    partial[2 * chunk * (uint)channels + channel] = scale;
    partial[(2 * chunk + 1) * (uint)channels + channel] = shift;
}

kernel void finish_layer_gradients(
    global const float *partial, global float *scale_gradient, global float *shift_gradient, ulong rows, int channels,
    int rows_a_chunk) {
    const int channel = get_global_id(0);
    if (channel >= channels) return;
    const ulong chunks = (rows + (uint)rows_a_chunk - 1) / (uint)rows_a_chunk;
    float scale = 0.0f, shift = 0.0f;
    for (ulong chunk = 0; chunk < chunks; ++chunk) {
        scale += partial[2 * chunk * (uint)channels + channel];
        shift += partial[(2 * chunk + 1) * (uint)channels + channel];
    }
    scale_gradient[channel] = scale;
    shift_gradient[channel] = shift;
}
