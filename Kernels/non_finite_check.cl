// flag = 1 when an element is infinite or no number. 1.0f is one bit pattern whoever writes it, and an atomic "or" makes
// it of 0.0f without a race.

kernel void clear_flag(global float *flag) { *flag = 0.0f; }

kernel void non_finite_check(global const float *x, volatile global int *flag, ulong elements) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements) return;
    float values[VEC];
    STORE(load_some(x + i, elements - i), values);
    int found = 0;
    for (int e = 0; e < VEC; ++e) found |= !isfinite(values[e]);
    if (found) atomic_or(flag, as_int(1.0f));
}
