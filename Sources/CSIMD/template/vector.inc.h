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

typedef uint32_t vword __attribute__((vector_size(VECTOR_WIDTH * 4)));
typedef uint16_t vhalf __attribute__((vector_size(VECTOR_WIDTH * 2)));
typedef uint16_t vhalf_unaligned __attribute__((vector_size(VECTOR_WIDTH * 2), aligned(2)));

INLINE vfloat load(const float *p) { return *(const vfloat_unaligned *)p; }
INLINE void store(float *p, vfloat v) { *(vfloat_unaligned *)p = v; }

#if VECTOR_WIDTH == 16 && defined(__x86_64__)
// By mask; not by <immintrin.h>, which brings a `select` of its own.
INLINE vfloat load_part(const float *p, ptrdiff_t count) {
    return __builtin_ia32_loadups512_mask(p, (vfloat){0}, (uint16_t)((1u << count) - 1));
}

INLINE void store_part(float *p, vfloat v, ptrdiff_t count) {
    __builtin_ia32_storeups512_mask(p, v, (uint16_t)((1u << count) - 1));
}
#else
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
#endif

INLINE vfloat load_some(const float *p, ptrdiff_t count) {
    return count >= VECTOR_WIDTH ? load(p) : load_part(p, count);
}

INLINE void store_some(float *p, vfloat value, ptrdiff_t count) {
    if (count >= VECTOR_WIDTH) store(p, value); else store_part(p, value, count);
}

// `a` where the mask is set, else `b`.
INLINE vfloat select(vint mask, vfloat a, vfloat b) { return (vfloat)((mask & (vint)a) | (~mask & (vint)b)); }

// x / 6 + 1/2, between 0 and 1.
INLINE vfloat hard_sigmoid_vector(vfloat x) {
    x = x * (1.0f / 6) + 0.5f;
    x = (vfloat)(~(x < 0.0f) & (vint)x);
    return select(x > 1.0f, 1.0f - (vfloat){0}, x);
}

// The activation of x, but for those that take an exponential, which are left to `finish_rows`. NaN stays NaN, so that a
// diverged run shows.
INLINE vfloat activate_vector(vfloat x, simd_activation activation) {
    if (activation == simd_identity || activation >= simd_sigmoid) return x;
    if (activation == simd_hard_swish) return x * hard_sigmoid_vector(x);
    if (activation == simd_hard_sigmoid) return hard_sigmoid_vector(x);
    x = (vfloat)(~(x < 0.0f) & (vint)x);
    if (activation == simd_relu6) x = select(x > 6.0f, 6.0f - (vfloat){0}, x);
    return x;
}

INLINE float activate_scalar(float x, simd_activation activation) {
    return activate_vector(x - (vfloat){0}, activation)[0];
}

// Bounds of a result: what identity, ReLU and ReLU6 are without a branch.
typedef struct {
    vfloat least, most;
} simd_clamp;

INLINE simd_clamp clamp_of(simd_activation activation) {
    const bool isRectified = activation == simd_relu || activation == simd_relu6;
    return (simd_clamp){
        (isRectified ? 0.0f : -__builtin_inff()) - (vfloat){0},
        (activation == simd_relu6 ? 6.0f : __builtin_inff()) - (vfloat){0}};
}

// Whether the bounds are all there is to an activation.
INLINE bool is_clamp(simd_activation activation) {
    return activation == simd_identity || activation == simd_relu || activation == simd_relu6;
}

// NaN stays NaN.
INLINE vfloat clamp_vector(vfloat x, simd_clamp clamp) {
    x = select(x < clamp.least, clamp.least, x);
    return select(x > clamp.most, clamp.most, x);
}
