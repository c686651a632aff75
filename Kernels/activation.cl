// y = f(x), and dx = dy f'(x) from x, or from y where that is enough. Output and first input may be the same memory.

kernel void activation(global const float *x, global float *y, ulong elements, int function) {
    const ulong i = get_global_id(0) * VEC;
    if (i < elements) store_some(activate(load_some(x + i, elements - i), function), y + i, elements - i);
}

kernel void activation_gradient(
    global const float *dy, global const float *value, global float *dx, ulong elements, int function) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements) return;
    const floatV gradient = load_some(dy + i, elements - i);
    store_some(activation_slope(gradient, load_some(value + i, elements - i), function), dx + i, elements - i);
}
