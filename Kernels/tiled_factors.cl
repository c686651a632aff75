// Factors as units that multiply matrices take them, rounded to the nearest.
//
// FACTORS: 1 half, 2 bfloat16, 3 TF32 (a float of which the upper 19 bits count). IN_WORD of them share a word.
#if FACTORS == 3
#define IN_WORD 1
#else
#define IN_WORD 2
#endif

#if FACTORS == 1
static inline uint pack(float first, float second) {
    uint word;
#ifdef PORTABLE
    vstore_half2_rte((float2)(first, second), 0, (private half *)&word);
#else
    asm("{ .reg .b16 l, h; cvt.rn.f16.f32 l, %1; cvt.rn.f16.f32 h, %2; mov.b32 %0, {l, h}; }"
        : "=r"(word) : "f"(first), "f"(second));
#endif
    return word;
}
#elif FACTORS == 2
static inline uint upper(float value) {
    const uint bits = as_uint(value);
    return value == value ? (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16 : (bits >> 16) | 0x40u;
}
static inline uint pack(float first, float second) { return upper(first) | upper(second) << 16; }
#else
// To the nearest, ties away from zero, as the instruction for it does.
static inline uint pack(float value, float unused) {
    return isfinite(value) ? (as_uint(value) + 0x1000u) & 0xFFFFE000u : as_uint(value);
}
#endif

// Four factors as they lie in local memory.
#if IN_WORD == 2
typedef uint2 Packed;
static inline Packed pack4(float4 value) { return (uint2)(pack(value.x, value.y), pack(value.z, value.w)); }
#else
typedef uint4 Packed;
static inline Packed pack4(float4 value) {
    return (uint4)(pack(value.x, 0.0f), pack(value.y, 0.0f), pack(value.z, 0.0f), pack(value.w, 0.0f));
}
#endif
// What lies in memory as the units take it is not touched.
#if FACTORS == STORED
#define PACK_STORED(bits) as_uint2(bits)
#else
#define PACK_STORED(bits) pack4(VALUES_STORED(bits))
#endif
#if LEFT_IS_STORED
#define PACK_LEFT PACK_STORED
#else
#define PACK_LEFT pack4
#endif
#if RIGHT_IS_STORED
#define PACK_RIGHT PACK_STORED
#else
#define PACK_RIGHT pack4
#endif
