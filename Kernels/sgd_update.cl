// One step of gradient descent on several parameters; velocities are not touched unless momentum is on.

kernel void sgd_update(
    EACH(global float *, weights), EACH(global const float *, gradients), EACH(global float *, velocities), Sizes sizes,
    float rate, float momentum, float weight_decay, int is_nesterov) {
    ELEMENTS_OF_ITEM(sizes)
    global float *weight = THE(weights) + i, *velocity = THE(velocities) + i;
    const floatV w = load_some(weight, present);
    floatV step = load_some(THE(gradients) + i, present) + weight_decay * w;
    if (momentum != 0.0f) {
        const floatV v = momentum * load_some(velocity, present) + step;
        store_some(v, velocity, present);
        step = is_nesterov ? step + momentum * v : v;
    }
    store_some(w - rate * step, weight, present);
}
