// sum = a + b. The sum and a may be the same memory.

kernel void add(global const float *a, global const float *b, global float *sum, ulong elements) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements) return;
    const ulong present = elements - i;
    store_some(load_some(a + i, present) + load_some(b + i, present), sum + i, present);
}
