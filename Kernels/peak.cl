// What a device reaches at best: multiply-adds on registers, reading, and copying. VEC floats at once.

// Independent sums: more than a multiply-add takes cycles.
#define SUMS 12

// `rounds` times SUMS multiply-adds of VEC floats a work-item; stored only so that they are not left out.
kernel void peak_multiply_add(global float *result, int rounds, float factor) {
    floatV sums[SUMS];
#pragma unroll
    for (int i = 0; i < SUMS; ++i) sums[i] = (floatV)(factor * (float)(get_local_id(0) + i));
    for (int round = 0; round < rounds; ++round) {
#pragma unroll
        for (int i = 0; i < SUMS; ++i) sums[i] = MULTIPLY_ADD(sums[i], (floatV)factor, (floatV)1.0f);
    }
    floatV sum = sums[0];
#pragma unroll
    for (int i = 1; i < SUMS; ++i) sum += sums[i];
    STORE(sum, result + get_global_id(0) * VEC);
}

// A work-item reads `steps` vectors, a whole launch's items apart (or next to each other, where a group is one item).
kernel void peak_read(global const float *memory, global float *result, int steps, int is_together) {
    const ulong item = get_global_id(0);
    const ulong first = is_together ? item * (uint)steps : item;
    const ulong step = is_together ? 1 : get_global_size(0);
    floatV sum = (floatV)0.0f;
    for (int i = 0; i < steps; ++i) sum += LOAD(memory + (first + i * step) * VEC);
    STORE(sum, result + item * VEC);
}

// The same, copied.
kernel void peak_copy(global const float *memory, global float *copy, int steps, int is_together) {
    const ulong item = get_global_id(0);
    const ulong first = is_together ? item * (uint)steps : item;
    const ulong step = is_together ? 1 : get_global_size(0);
    for (int i = 0; i < steps; ++i) STORE(LOAD(memory + (first + i * step) * VEC), copy + (first + i * step) * VEC);
}
