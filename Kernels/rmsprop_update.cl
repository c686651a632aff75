// One step of RMSProp; velocity is not touched unless momentum is on. With `follows_tensorflow` epsilon is under the root
// and the rate in the velocity.

kernel void rmsprop_update(
    global float *weight, global const float *gradient, global float *mean_square, global float *velocity,
    ulong elements, float rate, float rho, float epsilon, float momentum, float weight_decay, int follows_tensorflow) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements) return;
    const ulong present = elements - i;
    const floatV w = load_some(weight + i, present);
    const floatV g = load_some(gradient + i, present) + weight_decay * w;
    const floatV square = rho * load_some(mean_square + i, present) + (1.0f - rho) * (g * g);
    store_some(square, mean_square + i, present);
    floatV step = follows_tensorflow ? rate * g / sqrt(square + epsilon) : g / (sqrt(square) + epsilon);
    if (momentum != 0.0f) {
        step += momentum * load_some(velocity + i, present);
        store_some(step, velocity + i, present);
    }
    store_some(w - (follows_tensorflow ? step : rate * step), weight + i, present);
}
