// A picture read at other places, a vector of output pixels at a time. Places are exact, and each product is rounded on its
// own, so that the bits do not depend on the instruction set.

// What passes vectors wider than the target's registers is inlined, so no calling convention is at stake.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

typedef int64_t vlong __attribute__((vector_size(VECTOR_WIDTH * 8)));

// Four bytes from each of a vector of places.
INLINE vint gather_words(const uint8_t *source, vint places) {
#if defined(__x86_64__) && VECTOR_WIDTH == 16
    return (vint)__builtin_ia32_gathersiv16si((vint){0}, source, places, (short)-1, 1);
#elif defined(__x86_64__) && VECTOR_WIDTH == 8
    return (vint)__builtin_ia32_gatherd_d256((vint){0}, (const int *)source, places, (vint){0} - 1, 1);
#else
    vint words;
    UNROLL for (int lane = 0; lane < VECTOR_WIDTH; lane++) {
        int32_t word;
        __builtin_memcpy(&word, source + places[lane], 4);
        words[lane] = word;
    }
    return words;
#endif
}

typedef struct {
    vint topLeft, topRight, bottomLeft, bottomRight;
} WarpCorners;

INLINE vfloat blend_channel(WarpCorners corners, int channel, vfloat right, vfloat bottom, float scale, float offset) {
#pragma clang fp contract(off)
#define SAMPLE(WORDS) __builtin_convertvector((WORDS >> (8 * channel)) & 255, vfloat)
    const vfloat topLeft = SAMPLE(corners.topLeft), bottomLeft = SAMPLE(corners.bottomLeft);
    const vfloat top = topLeft + (SAMPLE(corners.topRight) - topLeft) * right;
    const vfloat low = bottomLeft + (SAMPLE(corners.bottomRight) - bottomLeft) * right;
    return (top + (low - top) * bottom) * scale + offset;
#undef SAMPLE
}

// Vector `part` of three channels' interleaved values; number k of all takes lane k / 3 of channel k % 3.
#define NUMBER(PART, LANE) ((PART) * VECTOR_WIDTH + (LANE))
#define FROM_TWO(PART, LANE) (NUMBER(PART, LANE) % 3 == 1 ? VECTOR_WIDTH + NUMBER(PART, LANE) / 3 : NUMBER(PART, LANE) / 3)
#define WITH_THIRD(PART, LANE) (NUMBER(PART, LANE) % 3 == 2 ? VECTOR_WIDTH + NUMBER(PART, LANE) / 3 : (LANE))
#define LANES4(F, PART, L) F(PART, L), F(PART, L + 1), F(PART, L + 2), F(PART, L + 3)
#if VECTOR_WIDTH == 4
#define LANES(F, PART) LANES4(F, PART, 0)
#elif VECTOR_WIDTH == 8
#define LANES(F, PART) LANES4(F, PART, 0), LANES4(F, PART, 4)
#else
#define LANES(F, PART) LANES4(F, PART, 0), LANES4(F, PART, 4), LANES4(F, PART, 8), LANES4(F, PART, 12)
#endif
#define INTERLEAVED(A, B, C, PART) \
    __builtin_shufflevector( \
        __builtin_shufflevector(A, B, LANES(FROM_TWO, PART)), C, LANES(WITH_THIRD, PART))

// One vector of output pixels from its places and corners.
INLINE void warp_blend(
    const simd_warp *warp, vlong x, vlong y, WarpCorners corners, vfloat output[3]) {
    const vfloat right = __builtin_convertvector(__builtin_convertvector((x >> 8) & 0xFFFFFF, vint), vfloat) * 0x1p-24f;
    const vfloat bottom = __builtin_convertvector(__builtin_convertvector((y >> 8) & 0xFFFFFF, vint), vfloat) * 0x1p-24f;
    vfloat first = blend_channel(corners, 0, right, bottom, warp->scale[0], warp->offset[0]);
    const vfloat second = blend_channel(corners, 1, right, bottom, warp->scale[1], warp->offset[1]);
    vfloat third = blend_channel(corners, 2, right, bottom, warp->scale[2], warp->offset[2]);
    if (warp->isReversed) {
        const vfloat other = first;
        first = third;
        third = other;
    }
    output[0] = INTERLEAVED(first, second, third, 0);
    output[1] = INTERLEAVED(first, second, third, 1);
    output[2] = INTERLEAVED(first, second, third, 2);
}

// Pixels whose four neighbours, and one pixel more, lie within the picture: so four bytes can be read for the three of a
// pixel.
INLINE void warp_inside(const simd_warp *warp, vlong x, vlong y, vfloat output[3]) {
    const int32_t stride = (int32_t)warp->width * 3;
    const vint place = __builtin_convertvector(y >> 32, vint) * stride + __builtin_convertvector(x >> 32, vint) * 3;
    const WarpCorners corners = {
        gather_words(warp->source, place), gather_words(warp->source + 3, place),
        gather_words(warp->source + stride, place), gather_words(warp->source + stride + 3, place)};
    warp_blend(warp, x, y, corners, output);
}

// The pixels at byte places. The last one's word would end behind the picture, so it is read from a byte earlier.
INLINE vint pixels_at(const simd_warp *warp, vint place) {
    const int32_t last = (int32_t)(warp->width * warp->height * 3 - 4);
    if (last < 0) return warp->source[0] + warp->source[1] * 256 + warp->source[2] * 65536 + (vint){0};
    const vint from = __builtin_elementwise_min(place, last + (vint){0});
    return gather_words(warp->source, from) >> ((place - from) * 8);
}

// Pixels that may read outside: the nearest pixel of the border stands there.
INLINE void warp_clamped(const simd_warp *warp, vlong x, vlong y, vfloat output[3]) {
    const int32_t stride = (int32_t)warp->width * 3;
    const vlong zero = {0};
    x = __builtin_elementwise_max(zero, __builtin_elementwise_min(zero + ((int64_t)(warp->width - 1) << 32), x));
    y = __builtin_elementwise_max(zero, __builtin_elementwise_min(zero + ((int64_t)(warp->height - 1) << 32), y));
    const vint left = __builtin_convertvector(x >> 32, vint), upper = __builtin_convertvector(y >> 32, vint);
    const vint right = __builtin_elementwise_min(left + 1, (int32_t)(warp->width - 1) + (vint){0});
    const vint lower = __builtin_elementwise_min(upper + 1, (int32_t)(warp->height - 1) + (vint){0});
    const WarpCorners corners = {
        pixels_at(warp, upper * stride + left * 3), pixels_at(warp, upper * stride + right * 3),
        pixels_at(warp, lower * stride + left * 3), pixels_at(warp, lower * stride + right * 3)};
    warp_blend(warp, x, y, corners, output);
}

static void warp_row(
    const simd_warp *warp, int64_t x, int64_t y, ptrdiff_t insideStart, ptrdiff_t insideEnd, float *output) {
    vlong lane;
    UNROLL for (int i = 0; i < VECTOR_WIDTH; i++) lane[i] = i;
    vlong xs = x + lane * warp->stepX, ys = y + lane * warp->stepY;
    for (ptrdiff_t column = 0; column < warp->width; column += VECTOR_WIDTH) {
        vfloat values[3];
        if (column >= insideStart && column + VECTOR_WIDTH <= insideEnd) {
            warp_inside(warp, xs, ys, values);
        } else {
            warp_clamped(warp, xs, ys, values);
        }
        if (column + VECTOR_WIDTH <= warp->width) {
            UNROLL for (int part = 0; part < 3; part++) store(output + column * 3 + part * VECTOR_WIDTH, values[part]);
        } else {
            __builtin_memcpy(output + column * 3, values, (size_t)(warp->width - column) * 12);
        }
        xs += warp->stepX * VECTOR_WIDTH;
        ys += warp->stepY * VECTOR_WIDTH;
    }
}

#undef NUMBER
#undef FROM_TWO
#undef WITH_THIRD
#undef LANES4
#undef LANES
#undef INTERLEAVED

#pragma clang diagnostic pop
