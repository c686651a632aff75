#include "check.h"

enum { TAPS = 6 };
static const uint8_t TAP_PLACES[TAPS] = {0, 1, 3, 4, 5, 8};

static void test_max_pool(ptrdiff_t channels, bool hasPlaces) {
    describe("%td channels, places %d", channels, hasPlaces);
    simd_row taps[TAPS];
    float *values[TAPS];
    for (int t = 0; t < TAPS; t++) taps[t] = values[t] = random_floats(channels);
    // Equals, of which the first wins.
    for (ptrdiff_t c = 0; c < channels; c += 3) values[4][c] = values[2][c] = 2;
    float *output = output_floats(channels);
    uint8_t *places = hasPlaces ? output_bytes(channels) : NULL, *expectedPlaces = zeroed(channels);
    double *expected = zeroed(channels * 8);
    for (ptrdiff_t c = 0; c < channels; c++) {
        int best = 0;
        for (int t = 1; t < TAPS; t++) if (values[t][c] > values[best][c]) best = t;
        expected[c] = values[best][c];
        expectedPlaces[c] = TAP_PLACES[best];
    }
    kernels->maxPool(taps, TAP_PLACES, TAPS, channels, output, places);
    expect_floats("maxPool", output, expected, channels, 0);
    if (places) expect_bytes("maxPool's places", places, expectedPlaces, channels);
}

static void test_max_pool_gradient(ptrdiff_t channels) {
    describe("%td channels", channels);
    const ptrdiff_t offsets[4] = {0, channels, 3 * channels, 5 * channels + 1}, count = 6 * channels + 1;
    const float *gradient = random_floats(channels);
    const uint8_t *place = random_bytes(channels, 4);
    float *output = output_floats(count);
    double *expected = zeroed(count * 8);
    for (ptrdiff_t i = 0; i < count; i++) expected[i] = output[i] = random_float();
    for (ptrdiff_t c = 0; c < channels; c++) expected[offsets[place[c]] + c] += gradient[c];
    kernels->maxPoolGradient(gradient, place, offsets, channels, output);
    expect_floats("maxPoolGradient", output, expected, count, 1e-6);
}

static void test_unpool(ptrdiff_t pixels, ptrdiff_t channels) {
    describe("%td pixels, %td channels", pixels, channels);
    const ptrdiff_t lineStride = 2 * pixels * channels + 3, count = lineStride + 2 * pixels * channels;
    const float *gradient = random_floats(pixels * channels);
    const uint8_t *place = random_bytes(pixels * channels, 4);
    float *output = output_floats(count);
    double *expected = zeroed(count * 8);
    // Between the lines nothing is written.
    for (ptrdiff_t i = 0; i < 3; i++) expected[lineStride - 3 + i] = output[lineStride - 3 + i] = 5;
    for (ptrdiff_t pixel = 0; pixel < pixels; pixel++) {
        for (ptrdiff_t c = 0; c < channels; c++) {
            const ptrdiff_t i = pixel * channels + c;
            expected[place[i] / 2 * lineStride + (2 * pixel + place[i] % 2) * channels + c] = gradient[i];
        }
    }
    kernels->unpool(gradient, place, pixels, channels, output, lineStride);
    expect_floats("unpool", output, expected, count, 0);
}

static void test_average_pool(ptrdiff_t channels) {
    describe("%td channels", channels);
    simd_row taps[TAPS];
    for (int t = 0; t < TAPS; t++) taps[t] = random_floats(channels);
    float *output = output_floats(channels);
    double *expected = zeroed(channels * 8);
    for (ptrdiff_t c = 0; c < channels; c++)
        for (int t = 0; t < TAPS; t++) expected[c] += taps[t][c] * (double)0.25f;
    kernels->averagePool(taps, TAPS, channels, 0.25f, output);
    expect_floats("averagePool", output, expected, channels, 1e-6);
}

void test_pooling(void) {
    COVER(maxPool);
    COVER(maxPoolGradient);
    COVER(unpool);
    COVER(averagePool);
    FOR_EACH_LENGTH(channels) {
        test_max_pool(channels, true);
        test_max_pool(channels, false);
        test_max_pool_gradient(channels);
        test_unpool(1, channels);
        test_unpool(5, channels);
        test_average_pool(channels);
    }
}
