// Sums over rows of [rows, channels].

// partial[chunk, channel] = sum of the chunk's rows.
kernel void sum_rows(
    global const stored *x, global float *partial, ulong rows, int channels, int rows_a_chunk) {
    ROOM(room)
    CHANNELS_OF_ITEM
    ROWS_OF_CHUNK
    floatV sum = (floatV)0.0f;
    for (ulong row = first; row < end; row += DEPTH * LANES) {
        floatV values[DEPTH];
        LOAD_ROWS(values, x, end)
#pragma unroll
        for (int i = 0; i < DEPTH; ++i) {
            if (HAS_ROW(i, end)) sum += values[i];
        }
    }
    sum = SUM_OF_LANES(sum, room);
    if (IS_FIRST_LANE) store_some(sum, partial + chunk * (uint)channels + channel, present);
}

// sum[channel] = sum of the partials of the chunks that have rows.
kernel void sum_chunks(
    global const float *partial, global float *sum, ulong rows, int channels, int rows_a_chunk) {
    ROOM(room)
    CHANNELS_OF_ITEM
    const floatV total = SUM_OF_LANES(lane_total(partial, CHUNKS, channels, channel, present), room);
    if (IS_FIRST_LANE) store_some(total, sum + channel, present);
}
