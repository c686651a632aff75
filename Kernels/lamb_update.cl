// One step of LAMB in three passes: moments and partial sums of squares, the rate, the weights.

static inline floatV lamb_step(
    floatV w, floatV m, floatV v, float correction1, float correction2, float epsilon, float weight_decay) {
    return m * correction1 / (sqrt(v) * correction2 + epsilon) + weight_decay * w;
}

// A work-item handles every `items`-th vector of VEC elements, and gives two sums: of squares of weights and of steps.
kernel void lamb_moments(
    global const float *weight, global const float *gradient, global float *first_moment, global float *second_moment,
    global float *partial, ulong elements, int items, float beta1, float beta2, float correction1, float correction2,
    float epsilon, float weight_decay) {
    const int item = get_global_id(0);
    if (item >= items) return;
    floatV weights = (floatV)0.0f;
    floatV steps = (floatV)0.0f;
    for (ulong i = (ulong)item * VEC; i < elements; i += (ulong)items * VEC) {
        const ulong present = elements - i;
        const floatV w = load_some(weight + i, present);
        const floatV g = load_some(gradient + i, present);
        const floatV m = beta1 * load_some(first_moment + i, present) + (1.0f - beta1) * g;
        const floatV v = beta2 * load_some(second_moment + i, present) + (1.0f - beta2) * (g * g);
        store_some(m, first_moment + i, present);
        store_some(v, second_moment + i, present);
        const floatV step = lamb_step(w, m, v, correction1, correction2, epsilon, weight_decay);
        weights += w * w;
        steps += step * step;
    }
    partial[2 * item] = vector_sum(weights);
    partial[2 * item + 1] = vector_sum(steps);
}

// rate[0] = learning_rate, times the ratio of the norms if there is weight decay and neither is 0.
kernel void lamb_rate(
    global const float *partial, global float *rate, int items, float learning_rate, float weight_decay) {
    local float room[SUM_ITEMS];
    const float weights = group_sum(partial, items, 2, room);
    const float steps = group_sum(partial + 1, items, 2, room);
    if (get_local_id(0) != 0) return;
    const bool is_scaled = weight_decay != 0.0f && weights > 0.0f && steps > 0.0f;
    rate[0] = is_scaled ? learning_rate * sqrt(weights) / sqrt(steps) : learning_rate;
}

// A work-item handles VEC elements.
kernel void lamb_update(
    global float *weight, global const float *first_moment, global const float *second_moment,
    global const float *rate, ulong elements, float correction1, float correction2, float epsilon,
    float weight_decay) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements) return;
    const ulong present = elements - i;
    const floatV w = load_some(weight + i, present);
    const floatV step = lamb_step(
        w, load_some(first_moment + i, present), load_some(second_moment + i, present), correction1, correction2,
        epsilon, weight_decay);
    store_some(w - rate[0] * step, weight + i, present);
}
