#include "check.h"

// MARK: resizing

enum { ONE = 1 << SIMD_RESIZE_PLACES, LOW = (1 << SIMD_RESIZE_LOW_PLACES) - 1 };

static uint8_t rounded(int64_t sum) {
    const int64_t value = (sum + ONE / 2) >> SIMD_RESIZE_PLACES;
    return (uint8_t)(value > 255 ? 255 : value < 0 ? 0 : value);
}

// Weights of about one size that add up to one, or a little over, as rounded ones may; every other time with a negative one.
static void random_weights(int32_t *weights, ptrdiff_t taps) {
    const int32_t mean = (int32_t)(ONE / taps);
    int32_t left = ONE + 3;
    for (ptrdiff_t tap = 0; tap < taps; tap++) {
        weights[tap] = tap == taps - 1 ? left : mean + (int32_t)(random_word() % (unsigned)(mean / 2 / taps + 1)) * (tap % 2 ? 1 : -1);
        left -= weights[tap];
    }
    if (taps < 3 || random_word() % 2 == 0) return;
    const int32_t moved = mean + mean / 4;
    weights[0] -= moved;
    weights[taps / 2] += moved;
}

static void test_resize_rows(ptrdiff_t sourceWidth, ptrdiff_t targetWidth, ptrdiff_t taps, ptrdiff_t rows) {
    describe("%td pixels to %td, %td taps, %td rows", sourceWidth, targetWidth, taps, rows);
    const ptrdiff_t groups = (taps + 3) / 4, sourceStride = sourceWidth * 3, targetStride = targetWidth * 3 + 1;
    int32_t *first = zeroed(targetWidth * 4), *weights = zeroed(targetWidth * taps * 4);
    int16_t *packed = zeroed(targetWidth * groups * SIMD_RESIZE_GROUP * 2);
    for (ptrdiff_t x = 0; x < targetWidth; x++) {
        // In order, up to the row's end.
        first[x] = (int32_t)((sourceWidth - taps) * x / (targetWidth > 1 ? targetWidth - 1 : 1));
        random_weights(weights + x * taps, taps);
        for (ptrdiff_t tap = 0; tap < taps; tap++)
            for (int channel = 0; channel < 3; channel++) {
                const ptrdiff_t place =
                    (x * groups + tap / 4) * SIMD_RESIZE_GROUP + tap % 4 / 2 * 8 + channel * 2 + tap % 2;
                packed[place] = (int16_t)(weights[x * taps + tap] & LOW);
                packed[place + 16] = (int16_t)(weights[x * taps + tap] >> SIMD_RESIZE_LOW_PLACES);
            }
    }
    const uint8_t *source = random_bytes(rows * sourceStride, 256);
    uint8_t *target = output_bytes(rows * targetStride);
    uint8_t *expected = zeroed(rows * targetStride);
    const simd_resize resize = {sourceWidth, targetWidth, first, groups, packed};
    kernels->pictures->resizeRows(&resize, source, sourceStride, rows, target, targetStride);
    for (ptrdiff_t row = 0; row < rows; row++) {
        for (ptrdiff_t i = 0; i < targetWidth * 3; i++) {
            int64_t sum = 0;
            for (ptrdiff_t tap = 0; tap < taps; tap++)
                sum += (int64_t)weights[i / 3 * taps + tap] * source[row * sourceStride + (first[i / 3] + tap) * 3 + i % 3];
            expected[row * targetStride + i] = rounded(sum);
        }
        // The byte behind a row is nobody's.
        expected[row * targetStride + targetWidth * 3] = target[row * targetStride + targetWidth * 3];
    }
    expect_bytes("resizeRows", target, expected, rows * targetStride);
}

static void test_mix_rows(ptrdiff_t taps, ptrdiff_t count) {
    describe("%td taps, %td samples", taps, count);
    const ptrdiff_t stride = count + 2;
    int32_t *weights = zeroed(taps * 4);
    int16_t *packed = zeroed((taps + 1) / 2 * 4 * 2);
    random_weights(weights, taps);
    for (ptrdiff_t tap = 0; tap < taps; tap++) {
        packed[tap / 2 * 4 + tap % 2] = (int16_t)(weights[tap] & LOW);
        packed[tap / 2 * 4 + tap % 2 + 2] = (int16_t)(weights[tap] >> SIMD_RESIZE_LOW_PLACES);
    }
    const uint8_t *source = random_bytes(taps * stride, 256);
    uint8_t *target = output_bytes(count), *expected = zeroed(count);
    for (ptrdiff_t i = 0; i < count; i++) {
        int64_t sum = 0;
        for (ptrdiff_t tap = 0; tap < taps; tap++) sum += (int64_t)weights[tap] * source[tap * stride + i];
        expected[i] = rounded(sum);
    }
    kernels->pictures->mixRows(source, stride, packed, taps, count, target);
    expect_bytes("mixRows", target, expected, count);
}

// MARK: warping

static double clamped(double x, ptrdiff_t last) { return x < 0 ? 0 : x > (double)last ? (double)last : x; }

static double sample_at(const simd_warp *warp, int64_t x, int64_t y, int channel) {
    const double column = clamped((double)x * 0x1p-32, warp->width - 1), row = clamped((double)y * 0x1p-32, warp->height - 1);
    double sum = 0;
    for (int corner = 0; corner < 4; corner++) {
        const double right = column - floor(column), below = row - floor(row);
        const double weight = (corner % 2 ? right : 1 - right) * (corner / 2 ? below : 1 - below);
        if (weight == 0) continue;
        const ptrdiff_t pixel = ((ptrdiff_t)row + corner / 2) * warp->width + (ptrdiff_t)column + corner % 2;
        sum += weight * warp->source[pixel * 3 + channel];
    }
    return sum;
}

static void test_warp_row(ptrdiff_t width, ptrdiff_t height, double angle, bool isReversed) {
    describe("%td x %td, angle %g, reversed %d", width, height, angle, isReversed);
    // The picture ends where its memory does, for tools that watch that.
    const uint8_t *source = random_bytes(width * height * 3, 256);
    const simd_warp warp = {
        .source = source, .width = width, .height = height, .stepX = (int64_t)(cos(angle) * 0x1p32),
        .stepY = (int64_t)(sin(angle) * 0x1p32), .scale = {0.5f, 1, 2}, .offset = {-3, 0, 4}, .isReversed = isReversed};
    for (ptrdiff_t row = 0; row < height; row++) {
        const int64_t x = (int64_t)((-1.3 - 0.2 * (double)row) * 0x1p32), y = (int64_t)((double)row * 0.9 * 0x1p32);
        ptrdiff_t start = 0, end = 0;  // the columns inside, which follow one another
        for (ptrdiff_t column = 0; column < width; column++) {
            const int64_t cx = x + column * warp.stepX, cy = y + column * warp.stepY;
            if (cx < 0 || cx >= (int64_t)(width - 2) * (1LL << 32) || cy < 0 || cy >= (int64_t)(height - 1) * (1LL << 32)) continue;
            if (end == 0) start = column;
            end = column + 1;
        }
        float *output = output_floats(width * 3);
        double *expected = zeroed(width * 3 * 8);
        for (ptrdiff_t i = 0; i < width * 3; i++) {
            const int channel = (int)(isReversed ? 2 - i % 3 : i % 3);
            const double value = sample_at(&warp, x + i / 3 * warp.stepX, y + i / 3 * warp.stepY, channel);
            expected[i] = value * (double)warp.scale[channel] + warp.offset[channel];
        }
        kernels->pictures->warpRow(&warp, x, y, start, end, output);
        expect_floats("warpRow", output, expected, width * 3, 1e-5);
    }
}

void test_pictures(void) {
    COVER_PICTURES(resizeRows);
    COVER_PICTURES(mixRows);
    COVER_PICTURES(warpRow);
    for (ptrdiff_t taps = 1; taps < 14; taps++) {
        for (ptrdiff_t rows = 1; rows <= 6; rows++) test_resize_rows(taps + rows * 5, 2 + rows * 4, taps, rows);
        test_resize_rows(taps, 3, taps, 5);
        FOR_EACH_LENGTH(count) test_mix_rows(taps, count);
    }
    test_resize_rows(700, 3, 600, 4);
    // Enough rows for what larger pictures go by: halved, thirded, quartered, enlarged.
    for (ptrdiff_t width = 3; width < 60; width += 7) {
        for (ptrdiff_t scale = 2; scale < 5; scale++) test_resize_rows(width * scale, width, 2 * scale, 16 + width % 20);
        test_resize_rows(width, 2 * width, 2, 40);
    }
    test_mix_rows(300, 40);
    FOR_EACH_LENGTH(width) {
        test_warp_row(width, 5, 0.1, false);
        test_warp_row(width, 1, -0.2, true);
    }
    test_warp_row(60, 50, 0.4, true);
    test_warp_row(60, 50, 2.5, false);
}
