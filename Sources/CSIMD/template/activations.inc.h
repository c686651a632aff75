// Every activation and its derivative, for kernels that pass over memory.

// e to the x, within 2 units in the last place; 0 and infinity beyond what a float holds, NaN for NaN. By powers of two
// and a polynomial of the rest (as in Cephes' expf).
INLINE vfloat exp_vector(vfloat x) {
    const vfloat zero = {0};
    const vint isSmall = x < -87.0f, isLarge = x > 88.0f;
    x = select(isSmall | isLarge, zero, x);
    // Rounds to the nearest whole number where that is at most 2^22.
    const vfloat power = (x * 1.44269504f + 12582912.0f) - 12582912.0f;
    vfloat rest = x - power * 0.693359375f;
    rest = rest - power * -2.12194440e-4f;
    vfloat sum = 1.9875691500e-4f + zero;
    sum = sum * rest + 1.3981999507e-3f;
    sum = sum * rest + 8.3334519073e-3f;
    sum = sum * rest + 4.1665795894e-2f;
    sum = sum * rest + 1.6666665459e-1f;
    sum = sum * rest + 5.0000001201e-1f;
    sum = sum * rest * rest + rest + 1.0f;
    // NaN has no whole number: keep it out of the conversion.
    const vint isNumber = x == x;
    const vint exponent = __builtin_convertvector(select(isNumber, power, zero), vint);
    const vfloat scale = (vfloat)((exponent + 127) << 23);
    vfloat result = select(isNumber, sum * scale, x);
    result = select(isSmall, zero, result);
    return select(isLarge, __builtin_inff() - zero, result);
}

INLINE vfloat sigmoid_vector(vfloat x) { return 1.0f / (1.0f + exp_vector(-x)); }

// The normal distribution's part below x, within 1e-7 (Abramowitz & Stegun 7.1.26).
INLINE vfloat normal_part_vector(vfloat x, vfloat density) {
    const vfloat size = select(x < 0.0f, -x, x);
    const vfloat t = 1.0f / (1.0f + size * (0.3275911f * 0.70710678f));
    vfloat sum = 1.061405429f * t - 1.453152027f;
    sum = sum * t + 1.421413741f;
    sum = sum * t - 0.284496736f;
    sum = sum * t + 0.254829592f;
    const vfloat beyond = 0.5f * sum * t * density;
    return select(x < 0.0f, beyond, 1.0f - beyond);
}

INLINE vfloat activate_any(vfloat x, simd_activation activation) {
    if (activation < simd_sigmoid) return activate_vector(x, activation);
    if (activation == simd_sigmoid) return sigmoid_vector(x);
    if (activation == simd_silu) return x * sigmoid_vector(x);
    return x * normal_part_vector(x, exp_vector(x * x * -0.5f));
}

static __attribute__((noinline)) void activate_rows(
    simd_activation activation, float *x, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t columns) {
    for (; rows > 0; rows--, x += stride) {
        for (ptrdiff_t column = 0; column < columns; column += VECTOR_WIDTH) {
            const ptrdiff_t count = columns - column;
            store_some(x + column, activate_any(load_some(x + column, count), activation), count);
        }
    }
}

// What `activate_vector` left out, on rows that were just stored and lie in the first-level cache: the exponential is too
// long to stand in each kernel's every case.
INLINE void finish_rows(
    simd_activation activation, float *x, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t columns) {
    if (activation >= simd_sigmoid) activate_rows(activation, x, stride, rows, columns);
}

// The gradient times the derivative at x; where it is one of ReLU's kind, x may be what it gave.
INLINE vfloat gradient_vector(vfloat gradient, vfloat x, simd_activation activation) {
    if (activation == simd_identity) return gradient;
    if (activation == simd_relu || activation == simd_relu6) {
        vint stops = x <= 0.0f;
        if (activation == simd_relu6) stops |= x >= 6.0f;
        return (vfloat)(~stops & (vint)gradient);
    }
    if (activation == simd_hard_sigmoid || activation == simd_hard_swish) {
        const vint isBelow = x <= -3.0f, isAbove = x >= 3.0f;
        const int isSwish = activation == simd_hard_swish;
        const vfloat between = isSwish ? x * (1.0f / 3) + 0.5f : 1.0f / 6 - (vfloat){0};
        const vfloat above = (isSwish ? 1.0f : 0.0f) - (vfloat){0};
        return gradient * select(isBelow, (vfloat){0}, select(isAbove, above, between));
    }
    if (activation == simd_gelu) {
        const vfloat density = exp_vector(x * x * -0.5f);
        return gradient * (normal_part_vector(x, density) + x * density * 0.39894228f);
    }
    const vfloat part = sigmoid_vector(x);
    if (activation == simd_sigmoid) return gradient * part * (1.0f - part);
    return gradient * part * (1.0f + x * (1.0f - part));
}
