// average = average + part * (value - average), from the nearer end. A work-item handles VEC elements.

kernel void moving_average(global float *average, global const float *value, ulong elements, float part) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements) return;
    const ulong present = elements - i;
    const floatV a = load_some(average + i, present);
    const floatV v = load_some(value + i, present);
    store_some(part < 0.5f ? a + part * (v - a) : v - (1.0f - part) * (v - a), average + i, present);
}
