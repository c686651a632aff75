// The shape of the heavy operations on CPUs that an OpenCL driver offers: one work-item a group, which keeps ROWS
// rows of 16 accumulators in registers and multiplies them by a broadcast number and a row of 16.

// The first `present` of 16 floats, and zeros.
static inline float16 load16(global const float *pointer, int present) {
    if (present >= 16) return vload16(0, pointer);
    float values[16];
    for (int i = 0; i < 16; ++i) values[i] = i < present ? pointer[i] : 0.0f;
    return vload16(0, values);
}

// Stores the first `present` of 16 floats.
static inline void store16(float16 value, global float *pointer, int present) {
    if (present >= 16) {
        vstore16(value, 0, pointer);
        return;
    }
    float values[16];
    vstore16(value, 0, values);
    for (int i = 0; i < present; ++i) pointer[i] = values[i];
}

DEFINE_ACTIVATION(float16, activate16)
