// What every file here may use. VEC, the floats a work-item handles at once, is 1, 2, 4, 8 or 16. With ALIGNED, VEC is 4, and
// what is loaded and stored in global memory lies on multiples of four: a GPU loads four at once only where it knows so.

#ifndef VEC
#define VEC 1
#endif

#if VEC == 1
typedef float floatV;
typedef int intV;
typedef uchar ucharV;
#define LOAD(pointer) (*(pointer))
#define STORE(value, pointer) (*(pointer) = (value))
#define LOAD_STORED(pointer) READ_STORED(pointer)
#define STORE_STORED(value, pointer) WRITE_STORED(value, pointer)
#define TO_INT(value) convert_int(value)
#define TO_UCHAR(value) convert_uchar(value)
#else
typedef JOIN(float, VEC) floatV;
typedef JOIN(int, VEC) intV;
typedef JOIN(uchar, VEC) ucharV;
#define LOAD(pointer) JOIN(vload, VEC)(0, pointer)
#define STORE(value, pointer) JOIN(vstore, VEC)(value, 0, pointer)
#if ALIGNED
#define LOAD_STORED(pointer) LOAD4_STORED(pointer)
#define STORE_STORED(value, pointer) STORE4_STORED(value, pointer)
#else
#define LOAD_STORED(pointer) VLOAD_STORED(VEC, pointer)
#define STORE_STORED(value, pointer) VSTORE_STORED(VEC, value, pointer)
#endif
#define TO_INT(value) JOIN(convert_int, VEC)(value)
#define TO_UCHAR(value) JOIN(convert_uchar, VEC)(value)
#endif

// The first `present` of VEC floats, and zeros.
static inline floatV load_some(global const float *pointer, ulong present) {
#if ALIGNED
    if (present >= VEC) return LOAD4_FLOAT(pointer);
#else
    if (present >= VEC) return LOAD(pointer);
#endif
    float values[VEC];
    for (int i = 0; i < VEC; ++i) values[i] = i < (int)present ? pointer[i] : 0.0f;
    return LOAD(values);
}

// Stores the first `present` of VEC floats.
static inline void store_some(floatV value, global float *pointer, ulong present) {
    if (present >= VEC) {
#if ALIGNED
        STORE4_FLOAT(value, pointer);
#else
        STORE(value, pointer);
#endif
        return;
    }
    float values[VEC];
    STORE(value, values);
    for (int i = 0; i < (int)present; ++i) pointer[i] = values[i];
}

// The same of an activation as it is stored.
static inline floatV load_some_stored(global const stored *pointer, ulong present) {
    if (present >= VEC) return LOAD_STORED(pointer);
    float values[VEC];
    for (int i = 0; i < VEC; ++i) values[i] = i < (int)present ? READ_STORED(pointer + i) : 0.0f;
    return LOAD(values);
}

// The same into an activation as it is stored.
static inline void store_some_stored(floatV value, global stored *pointer, ulong present) {
    if (present >= VEC) {
        STORE_STORED(value, pointer);
        return;
    }
    float values[VEC];
    STORE(value, values);
    for (int i = 0; i < (int)present; ++i) WRITE_STORED(values[i], pointer + i);
}

DEFINE_ACTIVATION(floatV, activate)
DEFINE_ACTIVATION_GRADIENT(floatV, activation_slope)
