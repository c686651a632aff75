// flag = 1 when an element of some tensor is infinite or no number. 1.0f is one bit pattern whoever writes it, and an atomic
// "or" makes it of 0.0f without a race.

kernel void clear_flag(global float *flag) { *flag = 0.0f; }

kernel void non_finite_check(EACH(global const float *, tensors), Sizes sizes, volatile global int *flag) {
    ELEMENTS_OF_ITEM(sizes)
    float values[VEC];
    STORE(load_some(THE(tensors) + i, present), values);
    int found = 0;
    for (int e = 0; e < VEC; ++e) found |= !isfinite(values[e]);
    if (found) atomic_or(flag, as_int(1.0f));
}
