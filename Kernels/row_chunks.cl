// Sums over the rows of [rows, channels], in two passes over fixed chunks of rows. A work-item handles VEC channels, and the
// LANES work-items of a group that have the same channels share a chunk's rows, or the chunks. The order of additions depends
// on shapes and on LANES alone.

#ifndef LANES
#define LANES 1
#endif

// The work-item's channels, of which `present` exist.
#define CHANNELS_OF_ITEM                       \
    const int channel = get_global_id(0) * VEC; \
    const ulong present = max(channels - channel, 0);

// Its rows of the chunk: every LANES-th from `first` on, before `end`.
#define ROWS_OF_CHUNK                                                         \
    const ulong chunk = get_group_id(1);                                      \
    const ulong first = chunk * (uint)rows_a_chunk + get_local_id(1);         \
    const ulong end = min((chunk + 1) * (ulong)(uint)rows_a_chunk, rows);

// Rows that an item loads before it uses the first, LANES apart from `row` on: a GPU waits long for each load, and of more than
// two a unit has registers for fewer items. LOAD_ROWS(values, tensor, end) loads those before `end` into values[DEPTH].
#if LANES == 1
#define DEPTH 1
#else
#define DEPTH 2
#endif
#define HAS_ROW(i, end) (row + (i) * LANES < (end))
#define ROW_PLACE(i) ((row + (i) * LANES) * (ulong)(uint)channels + channel)
#define LOAD_ROWS(values, tensor, end)                                                             \
    _Pragma("unroll") for (int i = 0; i < DEPTH; ++i) {                                            \
        if (HAS_ROW(i, end)) values[i] = load_some_stored((tensor) + ROW_PLACE(i), present);       \
    }

#define CHUNKS ((rows + (uint)rows_a_chunk - 1) / (uint)rows_a_chunk)

// How many rows a chunk has.
#define ROWS_IN(chunk) ((float)min((ulong)(uint)rows_a_chunk, rows - (chunk) * (uint)rows_a_chunk))

// ROOM(name) declares what SUM_OF_LANES(value, name) needs: the sum over the lanes, in all of them. Every work-item of the
// group gets there.
#if LANES == 1
#define ROOM(name)
#define SUM_OF_LANES(value, name) (value)
#else
#define ROOM(name) local floatV name[LANES * ITEMS];
#define SUM_OF_LANES(value, name) sum_of_lanes(value, name)
static inline floatV sum_of_lanes(floatV value, local floatV *room) {
    const int lane = get_local_id(1);
    const int place = lane * ITEMS + get_local_id(0);
    barrier(CLK_LOCAL_MEM_FENCE);
    room[place] = value;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int others = LANES / 2; others > 0; others /= 2) {
        if (lane < others) room[place] += room[place + others * ITEMS];
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    return room[get_local_id(0)];
}
#endif

// The lane's part of the sum over chunks of partial[chunk, stride] from `channel` on.
static inline floatV lane_total(
    global const float *partial, ulong chunks, ulong stride, int channel, ulong present) {
    floatV sum = (floatV)0.0f;
    for (ulong chunk = get_local_id(1); chunk < chunks; chunk += LANES) {
        sum += load_some(partial + chunk * stride + channel, present);
    }
    return sum;
}

// Where the one lane stores that does so for all.
#define IS_FIRST_LANE (get_local_id(1) == 0)

// The two sums over chunks of partial[chunk, 2, channels].
kernel void finish_pairs(
    global const float *partial, global float *first_sum, global float *second_sum, ulong rows, int channels,
    int rows_a_chunk) {
    ROOM(room)
    CHANNELS_OF_ITEM
    const ulong stride = 2 * (ulong)channels;
    const floatV first = SUM_OF_LANES(lane_total(partial, CHUNKS, stride, channel, present), room);
    const floatV second = SUM_OF_LANES(lane_total(partial + channels, CHUNKS, stride, channel, present), room);
    if (!IS_FIRST_LANE) return;
    store_some(first, first_sum + channel, present);
    store_some(second, second_sum + channel, present);
}
