// One step of Adam or AdamW. `rate` is the learning rate with the bias corrections, which the host computes.

kernel void adam_update(
    global float *weight, global const float *gradient, global float *first_moment, global float *second_moment,
    ulong elements, float rate, float decay_factor, float beta1, float beta2, float epsilon, float gradient_decay) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements) return;
    const ulong present = elements - i;
    floatV w = load_some(weight + i, present);
    const floatV g = load_some(gradient + i, present) + gradient_decay * w;
    const floatV m = load_some(first_moment + i, present);
    const floatV v = load_some(second_moment + i, present);
    const floatV new_m = m + (g - m) * (1.0f - beta1);
    const floatV new_v = v + (g * g - v) * (1.0f - beta2);
    w = w * decay_factor - rate * new_m / (sqrt(new_v) + epsilon);
    store_some(new_m, first_moment + i, present);
    store_some(new_v, second_moment + i, present);
    store_some(w, weight + i, present);
}
