// A sum by one work-group of SUM_ITEMS work-items, in an order that depends on the count alone.

#define SUM_ITEMS 64

// The sum of numbers[0], numbers[stride], … (`count` of them), in every work-item; `room` has SUM_ITEMS floats.
static inline float group_sum(global const float *numbers, ulong count, uint stride, local float *room) {
    const uint item = get_local_id(0);
    float sum = 0.0f;
    for (ulong i = item; i < count; i += SUM_ITEMS) sum += numbers[i * stride];
    room[item] = sum;
    barrier(CLK_LOCAL_MEM_FENCE);
    float total = 0.0f;
    for (uint i = 0; i < SUM_ITEMS; ++i) total += room[i];
    barrier(CLK_LOCAL_MEM_FENCE);
    return total;
}

// The sum over a vector's elements.
static inline float vector_sum(floatV value) {
    float values[VEC];
    STORE(value, values);
    float sum = 0.0f;
    for (int i = 0; i < VEC; ++i) sum += values[i];
    return sum;
}
