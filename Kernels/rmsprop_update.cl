// One step of RMSProp on several parameters; velocities are not touched unless momentum is on. With `follows_tensorflow`
// epsilon is under the root and the rate in the velocity.

kernel void rmsprop_update(
    EACH(global float *, weights), EACH(global const float *, gradients), EACH(global float *, mean_squares),
    EACH(global float *, velocities), Sizes sizes, float rate, float rho, float epsilon, float momentum,
    float weight_decay, int follows_tensorflow) {
    ELEMENTS_OF_ITEM(sizes)
    global float *weight = THE(weights) + i, *mean_square = THE(mean_squares) + i, *velocity = THE(velocities) + i;
    const floatV w = load_some(weight, present);
    const floatV g = load_some(THE(gradients) + i, present) + weight_decay * w;
    const floatV square = rho * load_some(mean_square, present) + (1.0f - rho) * (g * g);
    store_some(square, mean_square, present);
    floatV step = follows_tensorflow ? rate * g / sqrt(square + epsilon) : g / (sqrt(square) + epsilon);
    if (momentum != 0.0f) {
        step += momentum * load_some(velocity, present);
        store_some(step, velocity, present);
    }
    store_some(w - (follows_tensorflow ? step : rate * step), weight, present);
}
