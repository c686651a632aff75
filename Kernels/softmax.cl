// A work-item handles one sample: classes are few.

// Writes exp(x - max) and returns its sum. probabilities and logits may be the same memory.
static inline float exponentials(global const float *logits, global float *probabilities, int classes) {
    float largest = logits[0];
    for (int c = 1; c < classes; ++c) largest = fmax(largest, logits[c]);
    float sum = 0.0f;
    for (int c = 0; c < classes; ++c) {
        const float value = exp(logits[c] - largest);
        probabilities[c] = value;
        sum += value;
    }
    return sum;
}

kernel void softmax(global const float *logits, global float *probabilities, int classes, int count) {
    const ulong sample = get_global_id(0);
    if (sample >= (ulong)count) return;
    logits += sample * (uint)classes;
    probabilities += sample * (uint)classes;
    const float sum = exponentials(logits, probabilities, classes);
    for (int c = 0; c < classes; ++c) probabilities[c] /= sum;
}
