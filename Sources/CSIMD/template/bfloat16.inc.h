// BF16: the upper half of a float, so that widening is a shift. Weights are kept so; all sums are of floats.

INLINE uint16_t round_to_bfloat16(float x) {
    uint32_t word;
    __builtin_memcpy(&word, &x, 4);
    // A NaN whose digits are all in the lower half would become infinite.
    if (x != x) return (uint16_t)(word >> 16 | 0x40);
    return (uint16_t)((word + 0x7FFF + (word >> 16 & 1)) >> 16);
}

INLINE float widen(uint16_t x) {
    const uint32_t word = (uint32_t)x << 16;
    float value;
    __builtin_memcpy(&value, &word, 4);
    return value;
}

INLINE vfloat load_bfloat16(const uint16_t *p) {
    return (vfloat)(__builtin_convertvector(*(const vhalf_unaligned *)p, vword) << 16);
}

static void round_bfloat16(const float *x, ptrdiff_t count, uint16_t *output) {
    ptrdiff_t i = 0;
    for (; i + VECTOR_WIDTH <= count; i += VECTOR_WIDTH) {
        const vfloat value = load(x + i);
        const vword word = (vword)value, rounded = (word + 0x7FFF + (word >> 16 & 1)) >> 16;
        const vword isNumber = (vword)(value == value);
        const vword result = (isNumber & rounded) | (~isNumber & (word >> 16 | 0x40));
        *(vhalf_unaligned *)(output + i) = __builtin_convertvector(result, vhalf);
    }
    for (; i < count; i++) output[i] = round_to_bfloat16(x[i]);
}

static void widen_bfloat16_rows(
    const uint16_t *x, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t length, float *output, ptrdiff_t outputStride) {
    for (ptrdiff_t row = 0; row < rows; row++, x += stride, output += outputStride) {
        ptrdiff_t i = 0;
        for (; i + VECTOR_WIDTH <= length; i += VECTOR_WIDTH) store(output + i, load_bfloat16(x + i));
        for (; i < length; i++) output[i] = widen(x[i]);
    }
}
