// Sums over rows of [rows, channels], in two passes over fixed chunks of rows: the order of additions depends on shapes
// alone. A work-item handles VEC channels.

// partial[chunk, channel] = sum of the chunk's rows.
kernel void sum_rows(
    global const stored *x, global float *partial, ulong rows, int channels, int rows_a_chunk) {
    const int channel = get_global_id(0) * VEC;
    if (channel >= channels) return;
    const ulong chunk = get_global_id(1);
    const ulong first = chunk * (uint)rows_a_chunk;
    const ulong end = min(first + (uint)rows_a_chunk, rows);
    const ulong present = channels - channel;
    floatV sum = (floatV)0.0f;
    for (ulong row = first; row < end; ++row) sum += load_some_stored(x + row * (uint)channels + channel, present);
    store_some(sum, partial + chunk * (uint)channels + channel, present);
}

// sum[channel] = sum of the partials of the chunks that have rows.
kernel void sum_chunks(
    global const float *partial, global float *sum, ulong rows, int channels, int rows_a_chunk) {
    const int channel = get_global_id(0) * VEC;
    if (channel >= channels) return;
    const ulong chunks = (rows + (uint)rows_a_chunk - 1) / (uint)rows_a_chunk;
    const ulong present = channels - channel;
    floatV total = (floatV)0.0f;
    for (ulong chunk = 0; chunk < chunks; ++chunk) {
        total += load_some(partial + chunk * (uint)channels + channel, present);
    }
    store_some(total, sum + channel, present);
}
