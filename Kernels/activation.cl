// y = f(x), and dx = dy f'(x) from x, or from y where that is enough. Output and first input may be the same memory.

kernel void activation(global const stored *x, global stored *y, ulong elements, int function) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements) return;
    const ulong present = elements - i;
    store_some_stored(activate(load_some_stored(x + i, present), function), y + i, present);
}

kernel void activation_gradient(
    global const stored *dy, global const stored *value, global stored *dx, ulong elements, int function) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements) return;
    const ulong present = elements - i;
    const floatV gradient = load_some_stored(dy + i, present);
    store_some_stored(
        activation_slope(gradient, load_some_stored(value + i, present), function), dx + i, present);
}
