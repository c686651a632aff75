// Layer normalisation of [rows, channels], each row by its own mean and deviation. A work-group of ROW_ITEMS
// handles a row, each work-item every ROW_ITEMS-th channel.

// The sum over the group's work-items.
static inline float sum_of_row(float value, local float *values) {
    barrier(CLK_LOCAL_MEM_FENCE);
    values[get_local_id(0)] = value;
    barrier(CLK_LOCAL_MEM_FENCE);
    float sum = 0.0f;
    for (int item = 0; item < ROW_ITEMS; ++item) sum += values[item];
    return sum;
}

// Mean and inverse deviation, in two passes so that nothing cancels.
static inline float2 statistics(global const stored *x, int channels, float epsilon, local float *values) {
    float sum = 0.0f;
    for (int c = get_local_id(0); c < channels; c += ROW_ITEMS) sum += READ_STORED(x + c);
    const float mean = sum_of_row(sum, values) / channels;
    float squares = 0.0f;
    for (int c = get_local_id(0); c < channels; c += ROW_ITEMS) {
        const float difference = READ_STORED(x + c) - mean;
        squares += difference * difference;
    }
    return (float2)(mean, 1.0f / sqrt(sum_of_row(squares, values) / channels + epsilon));
}

kernel void layer_normalization(
    global const stored *x, global const float *scale, global const float *shift, global stored *y, int channels,
    float epsilon) {
    local float values[ROW_ITEMS];
    const ulong first = get_group_id(0) * (ulong)channels;
    const float2 of = statistics(x + first, channels, epsilon, values);
    for (int c = get_local_id(0); c < channels; c += ROW_ITEMS) {
        WRITE_STORED((READ_STORED(x + first + c) - of.x) * of.y * scale[c] + shift[c], y + first + c);
    }
}

// dx, and the row's statistics for the sums below.
kernel void layer_normalization_gradient(
    global const stored *dy, global const stored *x, global const float *scale, global stored *dx,
    global float *row_statistics, int channels, float epsilon) {
    local float values[ROW_ITEMS];
    const ulong row = get_group_id(0);
    const ulong first = row * (ulong)channels;
    const float2 of = statistics(x + first, channels, epsilon, values);
    float sum = 0.0f, products = 0.0f;
    for (int c = get_local_id(0); c < channels; c += ROW_ITEMS) {
        const float scaled = READ_STORED(dy + first + c) * scale[c];
        sum += scaled;
        products += scaled * (READ_STORED(x + first + c) - of.x);
    }
    const float mean = sum_of_row(sum, values) / channels;
    const float slope = sum_of_row(products, values) * of.y * of.y / channels;
    for (int c = get_local_id(0); c < channels; c += ROW_ITEMS) {
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
    ROOM(room)
    CHANNELS_OF_ITEM
    ROWS_OF_CHUNK
    floatV scale = (floatV)0.0f, shift = (floatV)0.0f;
    for (ulong row = first; row < end; row += DEPTH * LANES) {
        floatV values[DEPTH], gradients[DEPTH];
        LOAD_ROWS(values, x, end)
        LOAD_ROWS(gradients, dy, end)
#pragma unroll
        for (int i = 0; i < DEPTH; ++i) {
            if (!HAS_ROW(i, end)) continue;
            const float2 of = vload2(row + i * LANES, row_statistics);
            scale += gradients[i] * (values[i] - of.x) * of.y;
            shift += gradients[i];
        }
    }
    scale = SUM_OF_LANES(scale, room);
    shift = SUM_OF_LANES(shift, room);
    if (!IS_FIRST_LANE) return;
    store_some(scale, partial + 2 * chunk * (uint)channels + channel, present);
    store_some(shift, partial + (2 * chunk + 1) * (uint)channels + channel, present);
}
