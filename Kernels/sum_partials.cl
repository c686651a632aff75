// Adds the partial results of fixed chunks, then bias and activation. A work-item handles VEC elements.

// The chunks present are those of `a_chunk` items each that `items` fill.
kernel void sum_partials(
    global const float *partial, global const float *bias, global stored *result, ulong elements,
    ulong chunk_elements, ulong items, int a_chunk, int columns, int has_bias, int function) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements) return;
    const ulong chunks = (items + (uint)a_chunk - 1) / (uint)a_chunk;
    const ulong present = elements - i;
    floatV sum = (floatV)0.0f;
    for (ulong chunk = 0; chunk < chunks; ++chunk) {
        sum += load_some(partial + chunk * chunk_elements + i, present);
    }
    if (has_bias) {
        float values[VEC];
        for (int e = 0; e < VEC; ++e) values[e] = bias[(i + e) % (uint)columns];
        sum += LOAD(values);
    }
    store_some_stored(activate(sum, function), result + i, present);
}
