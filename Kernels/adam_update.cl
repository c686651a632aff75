// One step of Adam or AdamW on several parameters. `rate` is the learning rate with the bias corrections, which the host
// computes.

kernel void adam_update(
    EACH(global float *, weights), EACH(global const float *, gradients), EACH(global float *, first_moments),
    EACH(global float *, second_moments), Sizes sizes, float rate, float decay_factor, float beta1, float beta2,
    float epsilon, float gradient_decay) {
    ELEMENTS_OF_ITEM(sizes)
    global float *weight = THE(weights) + i, *first_moment = THE(first_moments) + i;
    global float *second_moment = THE(second_moments) + i;
    floatV w = load_some(weight, present);
    const floatV g = load_some(THE(gradients) + i, present) + gradient_decay * w;
    const floatV m = load_some(first_moment, present);
    const floatV v = load_some(second_moment, present);
    const floatV new_m = m + (g - m) * (1.0f - beta1);
    const floatV new_v = v + (g * g - v) * (1.0f - beta2);
    w = w * decay_factor - rate * new_m / (sqrt(new_v) + epsilon);
    store_some(new_m, first_moment, present);
    store_some(new_v, second_moment, present);
    store_some(w, weight, present);
}
