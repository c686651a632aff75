// sum = sum + gradient, or sum = gradient, whatever the sum was.

kernel void gradient_accumulation(
    global const float *gradient, global float *sum, ulong elements, int accumulates) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements) return;
    const ulong present = elements - i;
    floatV total = load_some(gradient + i, present);
    if (accumulates) total += load_some(sum + i, present);
    store_some(total, sum + i, present);
}
