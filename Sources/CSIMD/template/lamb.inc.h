// Steps of LAMB: the norms of a weight and of its update must be known before it changes, so there are two passes.

INLINE vfloat lamb_vector(const simd_lamb *s, vfloat weight, vfloat first, vfloat second) {
    const vfloat deviation = __builtin_elementwise_sqrt(second) * s->correction2 + s->epsilon;
    return first * s->correction1 / deviation + s->weightDecay * weight;
}

static void lamb_moments(
    const simd_lamb *settings, const float *weight, const float *gradient, float *firstMoment, float *secondMoment,
    ptrdiff_t count, double *sums) {
    const simd_lamb s = *settings;
    double weights = 0, updates = 0;
    for (ptrdiff_t i = 0; i < count; i += VECTOR_WIDTH) {
        const ptrdiff_t left = count - i;
        const vfloat w = load_some(weight + i, left), g = load_some(gradient + i, left);
        const vfloat first = s.beta1 * load_some(firstMoment + i, left) + (1 - s.beta1) * g;
        const vfloat second = s.beta2 * load_some(secondMoment + i, left) + (1 - s.beta2) * (g * g);
        store_some(firstMoment + i, first, left);
        store_some(secondMoment + i, second, left);
        // Beyond the end all are zeros, and so is the update.
        const vfloat update = lamb_vector(&s, w, first, second);
        weights += total_of(w * w);
        updates += total_of(update * update);
    }
    sums[0] = weights;
    sums[1] = updates;
}

static void lamb_update(
    const simd_lamb *settings, float rate, float *weight, const float *firstMoment, const float *secondMoment,
    ptrdiff_t count) {
    const simd_lamb s = *settings;
    for (ptrdiff_t i = 0; i < count; i += VECTOR_WIDTH) {
        const ptrdiff_t left = count - i;
        const vfloat w = load_some(weight + i, left);
        const vfloat update = lamb_vector(&s, w, load_some(firstMoment + i, left), load_some(secondMoment + i, left));
        store_some(weight + i, w - rate * update, left);
    }
}
