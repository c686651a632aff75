// Steps of optimisers: one pass over the weights and what belongs to them.

// In vectors throughout, because the C library's square root, which sets errno, cannot be vectorised.
INLINE vfloat adam_vector(const simd_adam *s, vfloat weight, vfloat gradient, vfloat *first, vfloat *second) {
    const vfloat g = gradient + s->l2 * weight;
    const vfloat m = *first + (g - *first) * (1 - s->beta1);
    const vfloat v = *second + (g * g - *second) * (1 - s->beta2);
    *first = m;
    *second = v;
    return weight * s->keep - s->stepSize * m / (__builtin_elementwise_sqrt(v) + s->epsilon);
}

static void adam(
    const simd_adam *settings, float *weight, const float *gradient, float *firstMoment, float *secondMoment,
    ptrdiff_t count) {
    ptrdiff_t i = 0;
    for (; i + VECTOR_WIDTH <= count; i += VECTOR_WIDTH) {
        vfloat first = load(firstMoment + i), second = load(secondMoment + i);
        store(weight + i, adam_vector(settings, load(weight + i), load(gradient + i), &first, &second));
        store(firstMoment + i, first);
        store(secondMoment + i, second);
    }
    const ptrdiff_t left = count - i;
    if (left == 0) return;
    vfloat first = load_part(firstMoment + i, left), second = load_part(secondMoment + i, left);
    const vfloat w = adam_vector(
        settings, load_part(weight + i, left), load_part(gradient + i, left), &first, &second);
    store_part(weight + i, w, left);
    store_part(firstMoment + i, first, left);
    store_part(secondMoment + i, second, left);
}

static void sgd(
    const simd_sgd *settings, float *restrict weight, const float *restrict gradient, float *restrict velocity,
    ptrdiff_t count) {
    const simd_sgd s = *settings;
    if (!velocity) {
        for (ptrdiff_t i = 0; i < count; i++)
            weight[i] -= s.learningRate * (gradient[i] + s.weightDecay * weight[i]);
        return;
    }
    for (ptrdiff_t i = 0; i < count; i++) {
        const float g = gradient[i] + s.weightDecay * weight[i];
        const float v = s.momentum * velocity[i] + g;
        velocity[i] = v;
        weight[i] -= s.learningRate * (s.isNesterov ? g + s.momentum * v : v);
    }
}

INLINE vfloat rmsprop_vector(
    const simd_rmsprop *s, vfloat weight, vfloat gradient, vfloat *square, vfloat *velocity) {
    const vfloat g = gradient + s->weightDecay * weight;
    const vfloat mean = s->rho * *square + (1 - s->rho) * (g * g);
    *square = mean;
    if (s->followsTensorFlow) {
        const vfloat v = s->momentum * *velocity + s->learningRate * g / __builtin_elementwise_sqrt(mean + s->epsilon);
        *velocity = v;
        return weight - v;
    }
    const vfloat v = s->momentum * *velocity + g / (__builtin_elementwise_sqrt(mean) + s->epsilon);
    *velocity = v;
    return weight - s->learningRate * v;
}

static void rmsprop(
    const simd_rmsprop *settings, float *weight, const float *gradient, float *meanSquare, float *velocity,
    ptrdiff_t count) {
    const simd_rmsprop s = *settings;
    for (ptrdiff_t i = 0; i < count; i += VECTOR_WIDTH) {
        const ptrdiff_t left = count - i;
        vfloat square = load_some(meanSquare + i, left);
        vfloat v = velocity ? load_some(velocity + i, left) : (vfloat){0};
        const vfloat w = rmsprop_vector(&s, load_some(weight + i, left), load_some(gradient + i, left), &square, &v);
        store_some(weight + i, w, left);
        store_some(meanSquare + i, square, left);
        if (velocity) store_some(velocity + i, v, left);
    }
}
