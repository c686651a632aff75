// sum = f(a + b). The sum and a may be the same memory.

kernel void add(global const stored *a, global const stored *b, global stored *sum, ulong elements, int function) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements) return;
    const ulong present = elements - i;
    store_some_stored(
        activate(load_some_stored(a + i, present) + load_some_stored(b + i, present), function), sum + i, present);
}
