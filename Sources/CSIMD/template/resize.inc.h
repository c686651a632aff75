// Antialiased resizing in fixed point. A weight has 22 binary places; 16-bit multiplications that add pairs of products
// do it in two parts, and are the quickest that there are. The high part bears the sign. Sums of products of 8-bit samples
// and 15-bit parts may pass 2^31 from 257 taps on; vectors' additions wrap, and the whole sum is in range again.

// What passes vectors wider than the target's registers is inlined, so no calling convention is at stake.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef uint8_t bytes32 __attribute__((vector_size(32)));
typedef int16_t shorts16 __attribute__((vector_size(32)));
typedef int16_t shorts32 __attribute__((vector_size(64)));
typedef int32_t ints4 __attribute__((vector_size(16)));
typedef int32_t ints8 __attribute__((vector_size(32)));
typedef int32_t ints16 __attribute__((vector_size(64)));
typedef bytes16 bytes16_unaligned __attribute__((aligned(1)));
typedef shorts16 shorts16_unaligned __attribute__((aligned(2)));

enum { RESIZE_HALF = 1 << (SIMD_RESIZE_PLACES - 1) };

// a[2i] * b[2i] + a[2i + 1] * b[2i + 1].
#if defined(__x86_64__) && VECTOR_WIDTH >= 8
INLINE ints8 multiply_pairs(shorts16 a, shorts16 b) { return (ints8)__builtin_ia32_pmaddwd256(a, b); }
#else
INLINE ints8 multiply_pairs(shorts16 a, shorts16 b) {
    const ints16 products = __builtin_convertvector(a, ints16) * __builtin_convertvector(b, ints16);
    return __builtin_shufflevector(products, products, 0, 2, 4, 6, 8, 10, 12, 14)
        + __builtin_shufflevector(products, products, 1, 3, 5, 7, 9, 11, 13, 15);
}
#endif

#if defined(__x86_64__) && VECTOR_WIDTH == 16
INLINE ints16 multiply_more_pairs(shorts32 a, shorts32 b) { return (ints16)__builtin_ia32_pmaddwd512(a, b); }
#else
INLINE ints16 multiply_more_pairs(shorts32 a, shorts32 b) {
    const ints8 low = multiply_pairs(
        __builtin_shufflevector(a, a, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
        __builtin_shufflevector(b, b, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    const ints8 high = multiply_pairs(
        __builtin_shufflevector(a, a, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31),
        __builtin_shufflevector(b, b, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31));
    return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
#endif

// Up to 16 bytes, with zeros for those from `count` on.
INLINE bytes16 load_bytes(const uint8_t *p, ptrdiff_t count) {
    if (count >= 16) return *(const bytes16_unaligned *)p;
    bytes16 v = {0};
    if (count > 0) __builtin_memcpy(&v, p, (size_t)count);
    return v;
}

// Four pixels as samples of two taps side by side, two channels' pairs after one another: what weights are laid out for.
INLINE shorts16 pair_taps(bytes16 p) {
    const bytes16 zero = {0};
    return (shorts16)__builtin_shufflevector(
        p, zero, 0, 16, 3, 16, 1, 16, 4, 16, 2, 16, 5, 16, 16, 16, 16, 16, 6, 16, 9, 16, 7, 16, 10, 16, 8, 16, 11, 16, 16,
        16, 16, 16);
}

// A target pixel from the sums of its two halves of taps. Weights may be negative, and add up to a little over one.
INLINE uint32_t resized_pixel(ints8 low, ints8 high) {
    const ints8 both = low + (high << SIMD_RESIZE_LOW_PLACES);
    ints4 sum = __builtin_shufflevector(both, both, 0, 1, 2, 3) + __builtin_shufflevector(both, both, 4, 5, 6, 7);
    sum = (sum + RESIZE_HALF) >> SIMD_RESIZE_PLACES;
    sum = __builtin_elementwise_max(__builtin_elementwise_min(sum, (ints4){255, 255, 255, 255}), (ints4){0, 0, 0, 0});
    typedef uint8_t bytes4 __attribute__((vector_size(4)));
    const bytes4 bytes = __builtin_convertvector(sum, bytes4);
    uint32_t word;
    __builtin_memcpy(&word, &bytes, 4);
    return word;
}

// One target pixel of `rows` rows. Four at once share the weights. `isWhole` says that sixteen bytes can be read for each
// group of taps.
INLINE void resize_pixel(
    const simd_resize *resize, const uint8_t *source, ptrdiff_t sourceStride, const ptrdiff_t rows, const bool isWhole,
    ptrdiff_t x, uint8_t *target, ptrdiff_t targetStride) {
    const ptrdiff_t start = resize->first[x] * (ptrdiff_t)3;
    const int16_t *weights = resize->weights + x * resize->groups * SIMD_RESIZE_GROUP;
    ints8 low[4] = {{0}}, high[4] = {{0}};
    for (ptrdiff_t group = 0; group < resize->groups; group++, weights += SIMD_RESIZE_GROUP) {
        const shorts16 lowWeights = *(const shorts16_unaligned *)weights;
        const shorts16 highWeights = *(const shorts16_unaligned *)(weights + 16);
        const ptrdiff_t place = start + group * 12;
        const ptrdiff_t count = isWhole ? 16 : resize->sourceWidth * 3 - place;
        UNROLL for (ptrdiff_t row = 0; row < rows; row++) {
            const shorts16 taps = pair_taps(load_bytes(source + row * sourceStride + place, count));
            low[row] += multiply_pairs(taps, lowWeights);
            high[row] += multiply_pairs(taps, highWeights);
        }
    }
    UNROLL for (ptrdiff_t row = 0; row < rows; row++) {
        const uint32_t pixel = resized_pixel(low[row], high[row]);
        __builtin_memcpy(target + row * targetStride + x * 3, &pixel, 4);
    }
}

INLINE void resize_these_rows(
    const simd_resize *resize, const uint8_t *source, ptrdiff_t sourceStride, const ptrdiff_t rows, uint8_t *target,
    ptrdiff_t targetStride) {
    const ptrdiff_t lastWhole = resize->sourceWidth * 3 - 4 - resize->groups * 12;
    ptrdiff_t x = 0;
    for (; x < resize->targetWidth && resize->first[x] * (ptrdiff_t)3 <= lastWhole; x++)
        resize_pixel(resize, source, sourceStride, rows, true, x, target, targetStride);
    for (; x < resize->targetWidth; x++)
        resize_pixel(resize, source, sourceStride, rows, false, x, target, targetStride);
}

static void resize_rows(
    const simd_resize *resize, const uint8_t *source, ptrdiff_t sourceStride, ptrdiff_t rows, uint8_t *target,
    ptrdiff_t targetStride) {
#if defined(__x86_64__) && VECTOR_WIDTH == 16
    if (simd_resize_rows_by_bytes(resize, source, sourceStride, rows, target, targetStride)) return;
#endif
    ptrdiff_t row = 0;
    for (; row + 4 <= rows; row += 4)
        resize_these_rows(resize, source + row * sourceStride, sourceStride, 4, target + row * targetStride, targetStride);
    for (; row < rows; row++)
        resize_these_rows(resize, source + row * sourceStride, sourceStride, 1, target + row * targetStride, targetStride);
}

// The samples of two rows side by side, widened.
INLINE shorts32 pair_rows(bytes16 a, bytes16 b) {
    const bytes32 pairs = __builtin_shufflevector(
        a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30,
        15, 31);
    return __builtin_convertvector(pairs, shorts32);
}

INLINE shorts32 broadcast_pair(const int16_t *pair) {
    int32_t both;
    __builtin_memcpy(&both, pair, 4);
    return (shorts32)(both + (ints16){0});
}

INLINE bytes16 mixed_samples(
    const uint8_t *source, ptrdiff_t stride, const int16_t *weights, ptrdiff_t taps, ptrdiff_t count) {
    ints16 low = {0}, high = {0};
    for (ptrdiff_t tap = 0; tap < taps; tap += 2) {
        const uint8_t *first = source + tap * stride;
        const bytes16 a = load_bytes(first, count);
        const bytes16 b = tap + 1 < taps ? load_bytes(first + stride, count) : a;
        const shorts32 samples = pair_rows(a, b);
        low += multiply_more_pairs(samples, broadcast_pair(weights + tap * 2));
        high += multiply_more_pairs(samples, broadcast_pair(weights + tap * 2 + 2));
    }
    ints16 sum = (low + (high << SIMD_RESIZE_LOW_PLACES) + RESIZE_HALF) >> SIMD_RESIZE_PLACES;
    sum = __builtin_elementwise_max(__builtin_elementwise_min(sum, 255 + (ints16){0}), (ints16){0});
    return __builtin_convertvector(sum, bytes16);
}

static void mix_rows(
    const uint8_t *source, ptrdiff_t stride, const int16_t *weights, ptrdiff_t taps, ptrdiff_t count, uint8_t *target) {
    ptrdiff_t i = 0;
    for (; i + 16 <= count; i += 16)
        *(bytes16_unaligned *)(target + i) = mixed_samples(source + i, stride, weights, taps, 16);
    if (i == count) return;
    const bytes16 last = mixed_samples(source + i, stride, weights, taps, count - i);
    __builtin_memcpy(target + i, &last, (size_t)(count - i));
}

#pragma clang diagnostic pop
