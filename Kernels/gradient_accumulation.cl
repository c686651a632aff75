// sum = sum + gradient / scale, or sum = gradient / scale, whatever the sum was. The scale is a power of two.

kernel void gradient_accumulation(
    global const float *gradient, global float *sum, ulong elements, int accumulates,
    float inverse_scale) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements) return;
    const ulong present = elements - i;
    floatV total = load_some(gradient + i, present) * inverse_scale;
    if (accumulates) total += load_some(sum + i, present);
    store_some(total, sum + i, present);
}
