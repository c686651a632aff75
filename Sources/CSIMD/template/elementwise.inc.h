// Loops that the compiler vectorises by itself for the instruction set at hand; memory decides their speed.

static void activate(simd_activation activation, const float *x, ptrdiff_t count, float *output) {
    switch (activation) {
    case simd_identity:
        for (ptrdiff_t i = 0; i < count; i++) output[i] = x[i];
        break;
    case simd_relu:
        for (ptrdiff_t i = 0; i < count; i++) output[i] = x[i] < 0 ? 0 : x[i];
        break;
    case simd_relu6:
        for (ptrdiff_t i = 0; i < count; i++) {
            const float value = x[i] < 0 ? 0 : x[i];
            output[i] = value > 6 ? 6 : value;
        }
        break;
    }
}

static void activation_gradient(
    simd_activation activation, const float *gradient, const float *y, ptrdiff_t count, float *output) {
    switch (activation) {
    case simd_identity:
        for (ptrdiff_t i = 0; i < count; i++) output[i] = gradient[i];
        break;
    case simd_relu:
        for (ptrdiff_t i = 0; i < count; i++) output[i] = y[i] <= 0 ? 0 : gradient[i];
        break;
    case simd_relu6:
        for (ptrdiff_t i = 0; i < count; i++) {
            const float value = y[i] <= 0 ? 0 : gradient[i];
            output[i] = y[i] >= 6 ? 0 : value;
        }
        break;
    }
}

static void add(const float *a, const float *b, ptrdiff_t count, float *output) {
    for (ptrdiff_t i = 0; i < count; i++) output[i] = a[i] + b[i];
}

static void scale(const float *x, float factor, ptrdiff_t count, float *output) {
    for (ptrdiff_t i = 0; i < count; i++) output[i] = x[i] * factor;
}
