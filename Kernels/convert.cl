// The same elements in the other type.

kernel void narrow(global const float *x, global stored *y, ulong elements) {
    const ulong i = get_global_id(0) * VEC;
    if (i < elements) store_some_stored(load_some(x + i, elements - i), y + i, elements - i);
}

kernel void widen_all(global const stored *x, global float *y, ulong elements) {
    const ulong i = get_global_id(0) * VEC;
    if (i < elements) store_some(load_some_stored(x + i, elements - i), y + i, elements - i);
}
