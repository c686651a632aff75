// y = f(x), and dx = dy f'(x) from y. Output and first input may be the same memory.

kernel void activation(global const float *x, global float *y, ulong elements, int function) {
    const ulong i = get_global_id(0) * VEC;
    if (i < elements) store_some(activate(load_some(x + i, elements - i), function), y + i, elements - i);
}

kernel void activation_gradient(
    global const float *dy, global const float *y, global float *dx, ulong elements, int function) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements) return;
    floatV gradient = load_some(dy + i, elements - i);
    if (function != 0) {
        const floatV output = load_some(y + i, elements - i);
        gradient = output > (floatV)0.0f ? gradient : (floatV)0.0f;
        if (function == 2) gradient = output < (floatV)6.0f ? gradient : (floatV)0.0f;
    }
    store_some(gradient, dx + i, elements - i);
}
