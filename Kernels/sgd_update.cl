// One step of gradient descent; velocity is not touched unless momentum is on.

kernel void sgd_update(
    global float *weight, global const float *gradient, global float *velocity, ulong elements, float rate,
    float momentum, float weight_decay, int is_nesterov) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements) return;
    const ulong present = elements - i;
    const floatV w = load_some(weight + i, present);
    floatV step = load_some(gradient + i, present) + weight_decay * w;
    if (momentum != 0.0f) {
        const floatV v = momentum * load_some(velocity + i, present) + step;
        store_some(v, velocity + i, present);
        step = is_nesterov ? step + momentum * v : v;
    }
    store_some(w - rate * step, weight + i, present);
}
