// Vectors of the instruction set that includes this. Clang's vector extension: `a * b + c` becomes a fused
// multiply-add where the target has one, and a scalar operand is broadcast.

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

typedef float vfloat __attribute__((vector_size(VECTOR_WIDTH * 4)));
typedef int32_t vint __attribute__((vector_size(VECTOR_WIDTH * 4)));
typedef uint8_t vbyte __attribute__((vector_size(VECTOR_WIDTH)));
typedef float vfloat_unaligned __attribute__((vector_size(VECTOR_WIDTH * 4), aligned(4)));
typedef float quad __attribute__((vector_size(16)));
typedef float quad_unaligned __attribute__((vector_size(16), aligned(4)));
typedef uint8_t vbyte_unaligned __attribute__((vector_size(VECTOR_WIDTH), aligned(1)));

INLINE vfloat load(const float *p) { return *(const vfloat_unaligned *)p; }
INLINE void store(float *p, vfloat v) { *(vfloat_unaligned *)p = v; }

INLINE vfloat load_part(const float *p, ptrdiff_t count) {
    vfloat v = {0};
    __builtin_memcpy(&v, p, (size_t)count * 4);
    return v;
}

INLINE void store_part(float *p, vfloat v, ptrdiff_t count) { __builtin_memcpy(p, &v, (size_t)count * 4); }

// `a` where the mask is set, else `b`.
INLINE vfloat select(vint mask, vfloat a, vfloat b) { return (vfloat)((mask & (vint)a) | (~mask & (vint)b)); }

// The activation of x; NaN stays NaN, so that a diverged run shows.
INLINE vfloat activate_vector(vfloat x, simd_activation activation) {
    if (activation == simd_identity) return x;
    x = (vfloat)(~(x < 0.0f) & (vint)x);
    if (activation == simd_relu6) x = select(x > 6.0f, 6.0f - (vfloat){0}, x);
    return x;
}

// What passes where y rises: nothing at or below zero, nor at ReLU6's upper end.
INLINE vfloat gradient_vector(vfloat gradient, vfloat y, simd_activation activation) {
    if (activation == simd_identity) return gradient;
    vint stops = y <= 0.0f;
    if (activation == simd_relu6) stops |= y >= 6.0f;
    return (vfloat)(~stops & (vint)gradient);
}

INLINE float activate_scalar(float x, simd_activation activation) {
    if (activation == simd_identity) return x;
    x = x < 0 ? 0 : x;
    return activation == simd_relu6 && x > 6 ? 6 : x;
}
