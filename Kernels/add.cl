// sum = f(a + b). The sum and a may be the same memory.

kernel void add(global const float *a, global const float *b, global float *sum, ulong elements, int function) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements) return;
    const ulong present = elements - i;
    store_some(
        activate(load_some(a + i, present) + load_some(b + i, present), function), sum + i, present);
}
