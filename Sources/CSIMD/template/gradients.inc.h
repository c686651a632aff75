// What happens between gradients and updates, and after them.

INLINE double total_of(vfloat v) {
    double total = 0;
    for (ptrdiff_t i = 0; i < VECTOR_WIDTH; i++) total += v[i];
    return total;
}

// Vectors summed in float before they are added to the double.
#define SQUARED_VECTORS 32

static double sum_squares(const float *x, ptrdiff_t count) {
    double total = 0;
    for (ptrdiff_t first = 0; first < count; first += SQUARED_VECTORS * VECTOR_WIDTH) {
        const ptrdiff_t end = count - first < SQUARED_VECTORS * VECTOR_WIDTH ? count : first + SQUARED_VECTORS * VECTOR_WIDTH;
        vfloat sum = {0};
        for (ptrdiff_t i = first; i < end; i += VECTOR_WIDTH) {
            const vfloat v = load_some(x + i, end - i);
            sum += v * v;
        }
        total += total_of(sum);
    }
    return total;
}

static void clamp_floats(float *x, float limit, ptrdiff_t count) {
    const simd_clamp bounds = {-limit - (vfloat){0}, limit - (vfloat){0}};
    for (ptrdiff_t i = 0; i < count; i += VECTOR_WIDTH)
        store_some(x + i, clamp_vector(load_some(x + i, count - i), bounds), count - i);
}

static void approach(float *average, const float *value, float part, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i += VECTOR_WIDTH) {
        const vfloat a = load_some(average + i, count - i), v = load_some(value + i, count - i);
        // From the nearer end, as PyTorch's lerp.
        store_some(average + i, part < 0.5f ? a + part * (v - a) : v - (1 - part) * (v - a), count - i);
    }
}
