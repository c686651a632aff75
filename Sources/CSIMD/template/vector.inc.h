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

// Copies fewer floats than a vector has, in halves: a copy of variable size would be a call.
INLINE void copy_part(float *to, const float *from, ptrdiff_t count) {
    UNROLL for (ptrdiff_t part = VECTOR_WIDTH / 2; part > 0; part /= 2) {
        if (!(count & part)) continue;
        __builtin_memcpy(to, from, (size_t)part * 4);
        to += part;
        from += part;
    }
}

INLINE vfloat load_part(const float *p, ptrdiff_t count) {
    float line[VECTOR_WIDTH] = {0};
    copy_part(line, p, count);
    return load(line);
}

INLINE void store_part(float *p, vfloat v, ptrdiff_t count) {
    float line[VECTOR_WIDTH];
    store(line, v);
    copy_part(p, line, count);
}

INLINE vfloat load_some(const float *p, ptrdiff_t count) {
    return count >= VECTOR_WIDTH ? load(p) : load_part(p, count);
}

INLINE void store_some(float *p, vfloat value, ptrdiff_t count) {
    if (count >= VECTOR_WIDTH) store(p, value); else store_part(p, value, count);
}

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
