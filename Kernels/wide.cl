// The shape of the heavy operations on CPUs that an OpenCL driver offers: one work-item a group, which keeps ROWS
// rows of VECTORS vectors of 16 accumulators in registers and multiplies them by a broadcast number and a row of as many.

// LOAD(pointer, present): the first `present` of 16 elements, and zeros. STORE(value, pointer, present) stores them.
#define DEFINE_ROW(TYPE, KIND, LOAD, STORE)                                                   \
    static inline float16 LOAD(global const TYPE *pointer, int present) {                     \
        if (present >= 16) return VLOAD_##KIND(16, pointer);                                  \
        float values[16];                                                                     \
        for (int i = 0; i < 16; ++i) values[i] = i < present ? READ_##KIND(pointer + i) : 0.0f; \
        return vload16(0, values);                                                            \
    }                                                                                         \
    static inline void STORE(float16 value, global TYPE *pointer, int present) {              \
        if (present >= 16) {                                                                  \
            VSTORE_##KIND(16, value, pointer);                                                \
            return;                                                                           \
        }                                                                                     \
        float values[16];                                                                     \
        vstore16(value, 0, values);                                                           \
        for (int i = 0; i < present; ++i) WRITE_##KIND(values[i], pointer + i);               \
    }
DEFINE_ROW(float, FLOAT, load16, store16)
DEFINE_ROW(stored, STORED, load16_stored, store16_stored)

// Stores the first `present` of 16 places of maxima.
static inline void store_winners(uchar16 value, global uchar *pointer, int present) {
    if (present >= 16) {
        vstore16(value, 0, pointer);
        return;
    }
    uchar values[16];
    vstore16(value, 0, values);
    for (int i = 0; i < present; ++i) pointer[i] = values[i];
}

#if STORED
// What a broadcast takes is widened once before a loop, `count` elements at a time: by itself each would cost more than
// the product it is for.
static inline void widen(global const stored *from, float *to, int count) {
    int i = 0;
    for (; i + 16 <= count; i += 16) vstore16(VLOAD_STORED(16, from + i), 0, to + i);
    for (; i < count; ++i) to[i] = READ_STORED(from + i);
}
#endif

DEFINE_ACTIVATION(float16, activate16)
