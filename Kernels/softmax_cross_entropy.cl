// Softmax and cross-entropy on logits. A work-item handles one sample.

// The sample's weight, by its targets before smoothing.
static inline float weight_of(
    global const float *targets, global const float *class_weights, int has_weights, int classes) {
    if (!has_weights) return 1.0f;
    float weight = 0.0f;
    for (int c = 0; c < classes; ++c) weight += targets[c] * class_weights[c];
    return weight;
}

static inline float smoothed(float target, float smoothing, int classes) {
    return (1.0f - smoothing) * target + smoothing / (float)classes;
}

kernel void softmax_cross_entropy(
    global const float *logits, global const float *targets, global const float *class_weights,
    global float *losses, global float *probabilities, int classes, int count, int has_weights, float smoothing) {
    const ulong sample = get_global_id(0);
    if (sample >= (ulong)count) return;
    logits += sample * (uint)classes;
    targets += sample * (uint)classes;
    probabilities += sample * (uint)classes;

    float largest = logits[0];
    for (int c = 1; c < classes; ++c) largest = fmax(largest, logits[c]);
    float sum = 0.0f;
    for (int c = 0; c < classes; ++c) sum += exp(logits[c] - largest);
    const float log_sum = log(sum);
    float loss = 0.0f;
    for (int c = 0; c < classes; ++c) {
        const float log_probability = logits[c] - largest - log_sum;
        loss -= smoothed(targets[c], smoothing, classes) * log_probability;
        probabilities[c] = exp(logits[c] - largest) / sum;
    }
    losses[sample] = loss * weight_of(targets, class_weights, has_weights, classes);
}

kernel void softmax_cross_entropy_gradient(
    global const float *probabilities, global const float *targets, global const float *class_weights,
    global float *gradient, int classes, int count, int has_weights, float smoothing, int batch_count,
    float scale) {
    const ulong sample = get_global_id(0);
    if (sample >= (ulong)count) return;
    probabilities += sample * (uint)classes;
    targets += sample * (uint)classes;
    gradient += sample * (uint)classes;
    float sum = 0.0f;
    for (int c = 0; c < classes; ++c) sum += smoothed(targets[c], smoothing, classes);
    const float weight = weight_of(targets, class_weights, has_weights, classes) / (float)batch_count * scale;
    for (int c = 0; c < classes; ++c) {
        gradient[c] = weight * (probabilities[c] * sum - smoothed(targets[c], smoothing, classes));
    }
}
