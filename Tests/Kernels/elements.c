#include "check.h"

static void test_activations(ptrdiff_t count, simd_activation activation) {
    describe("%td elements, activation %d", count, activation);
    float *x = random_floats(count), *gradient = random_floats(count), *other = random_floats(count);
    for (ptrdiff_t i = 0; i < count; i++) x[i] *= 9;
    double *expected = zeroed(count * 8), *expectedGradient = zeroed(count * 8), *expectedSum = zeroed(count * 8);
    float *y = output_floats(count), *xGradient = output_floats(count), *sum = output_floats(count);
    for (ptrdiff_t i = 0; i < count; i++) {
        expected[i] = activated(activation, x[i]);
        expectedGradient[i] = passing(activation, gradient[i], x[i]);
        expectedSum[i] = activated(activation, x[i] + other[i]);
    }
    kernels->activate(activation, x, count, y);
    kernels->activationGradient(activation, gradient, x, count, xGradient);
    kernels->addActivated(activation, x, other, count, sum);
    expect_floats("activate", y, expected, count, 2e-6);
    expect_floats("activationGradient", xGradient, expectedGradient, count, 2e-6);
    if (activation <= simd_relu6) {
        kernels->activationGradient(activation, gradient, y, count, xGradient);
        expect_floats("activationGradient from y", xGradient, expectedGradient, count, 0);
    }
    expect_floats("addActivated", sum, expectedSum, count, 2e-6);
    if (activation != simd_identity) {
        // A diverged run has to show.
        float nan = NAN, kept = 0;
        kernels->activate(activation, &nan, 1, &kept);
        expect_true("activate keeps NaN", isnan(kept));
        const float far[] = {-1000, 1000};
        float reached[2] = {NAN, NAN};
        kernels->activate(activation, far, 2, reached);
        expect_true("activate is right far out", reached[0] == activated(activation, -1000) + 0.0
            && reached[1] == activated(activation, 1000));
    }
}

static void test_arithmetic(ptrdiff_t count) {
    describe("%td elements", count);
    const float *a = random_floats(count), *b = random_floats(count);
    float *sum = output_floats(count), *scaled = output_floats(count);
    double *expectedSum = zeroed(count * 8), *expectedScaled = zeroed(count * 8);
    for (ptrdiff_t i = 0; i < count; i++) {
        expectedSum[i] = a[i] + b[i];
        expectedScaled[i] = a[i] * 0.3f;
    }
    kernels->add(a, b, count, sum);
    kernels->scale(a, 0.3f, count, scaled);
    expect_floats("add", sum, expectedSum, count, 0);
    expect_floats("scale", scaled, expectedScaled, count, 0);
    kernels->add(scaled, b, count, scaled);  // in place
    for (ptrdiff_t i = 0; i < count; i++) expectedScaled[i] = (float)expectedScaled[i] + b[i];
    expect_floats("add in place", scaled, expectedScaled, count, 0);
}

// Philox4x32-10 of one counter, from the paper (Salmon et al., SC 2011).
static void philox(uint32_t counter[4], uint32_t key0, uint32_t key1) {
    for (int round = 0; round < 10; round++, key0 += 0x9E3779B9u, key1 += 0xBB67AE85u) {
        const uint64_t first = (uint64_t)0xD2511F53u * counter[0], third = (uint64_t)0xCD9E8D57u * counter[2];
        const uint32_t next[4] = {
            (uint32_t)(third >> 32) ^ counter[1] ^ key0, (uint32_t)third, (uint32_t)(first >> 32) ^ counter[3] ^ key1,
            (uint32_t)first};
        memcpy(counter, next, sizeof next);
    }
}

static void test_dropout(ptrdiff_t count, float rate) {
    describe("%td elements, rate %g", count, rate);
    const float *x = random_floats(count);
    float *output = output_floats(count);
    double *expected = zeroed(count * 8);
    for (ptrdiff_t i = 0; i < count; i++) {
        uint32_t counter[4] = {(uint32_t)(i / 4), 5, 6, 7};
        philox(counter, 0x89ABCDEFu, 0x01234567u);
        expected[i] = (counter[i % 4] >> 8) * 0x1p-24 >= rate ? x[i] / (1.0 - rate) : 0;
    }
    kernels->dropout(x, count, rate, 0x0123456789ABCDEFu, 5, 6, 7, output);
    expect_floats("dropout", output, expected, count, 1e-6);
}

void test_elements(void) {
    COVER(activate);
    COVER(activationGradient);
    COVER(addActivated);
    COVER(add);
    COVER(scale);
    COVER(dropout);
    FOR_EACH_LENGTH(count) {
        for (int i = 0; i < 8; i++) test_activations(count, ACTIVATIONS[i]);
        test_arithmetic(count);
        test_dropout(count, 0.25f);
        test_dropout(count, 0.5f);
    }
}
