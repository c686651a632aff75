// Element by element, in vectors by hand: the output may be an input, and what the compiler makes of loops that it must
// assume to overlap is scalar.

// `EXPRESSION` gives the value for the vectors a and b.
#define FOR_EACH_VECTOR(LOAD_A, LOAD_B, PART_A, PART_B, EXPRESSION) \
    ptrdiff_t i = 0; \
    for (; i + VECTOR_WIDTH <= count; i += VECTOR_WIDTH) { \
        const vfloat a = LOAD_A, b = LOAD_B; \
        (void)b; \
        store(output + i, EXPRESSION); \
    } \
    if (i < count) { \
        const vfloat a = PART_A, b = PART_B; \
        (void)b; \
        store_part(output + i, EXPRESSION, count - i); \
    }
#define UNARY(X, EXPRESSION) \
    FOR_EACH_VECTOR(load(X + i), (vfloat){0}, load_part(X + i, count - i), (vfloat){0}, EXPRESSION)
#define BINARY(X, Y, EXPRESSION) \
    FOR_EACH_VECTOR(load(X + i), load(Y + i), load_part(X + i, count - i), load_part(Y + i, count - i), EXPRESSION)

static void activate(simd_activation activation, const float *x, ptrdiff_t count, float *output) {
    UNARY(x, activate_any(a, activation))
}

static void activation_gradient(
    simd_activation activation, const float *gradient, const float *x, ptrdiff_t count, float *output) {
    BINARY(gradient, x, gradient_vector(a, b, activation))
}

static void add_activated(
    simd_activation activation, const float *x, const float *y, ptrdiff_t count, float *output) {
    BINARY(x, y, activate_any(a + b, activation))
}

static void add(const float *x, const float *y, ptrdiff_t count, float *output) { BINARY(x, y, a + b) }

static void scale(const float *x, float factor, ptrdiff_t count, float *output) { UNARY(x, a * factor) }
