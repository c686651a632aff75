// Each element between -limit and limit; NaN stays NaN. A work-item handles VEC elements.

kernel void gradient_clamp(global float *gradient, ulong elements, float limit) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements) return;
    const ulong present = elements - i;
    floatV g = load_some(gradient + i, present);
    g = g > limit ? (floatV)limit : g;
    store_some(g < -limit ? (floatV)-limit : g, gradient + i, present);
}
