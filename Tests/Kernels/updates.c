#include "check.h"

static void test_adam(ptrdiff_t count, float l2, float keep) {
    describe("%td weights, l2 %g, keep %g", count, l2, keep);
    const simd_adam settings = {
        .stepSize = 0.01f, .beta1 = 0.9f, .beta2 = 0.99f, .epsilon = 1e-4f, .l2 = l2, .keep = keep};
    const float *gradient = random_floats(count);
    float *weight = output_floats(count), *first = output_floats(count), *second = output_floats(count);
    double *expected = zeroed(count * 8), *expectedFirst = zeroed(count * 8), *expectedSecond = zeroed(count * 8);
    for (ptrdiff_t i = 0; i < count; i++) {
        weight[i] = random_float();
        first[i] = random_float();
        second[i] = fabsf(random_float());
        const double g = gradient[i] + (double)l2 * weight[i];
        expectedFirst[i] = first[i] + (g - first[i]) * (1 - (double)settings.beta1);
        expectedSecond[i] = second[i] + (g * g - second[i]) * (1 - (double)settings.beta2);
        expected[i] = weight[i] * (double)keep
            - settings.stepSize * expectedFirst[i] / (sqrt(expectedSecond[i]) + settings.epsilon);
    }
    kernels->adam(&settings, weight, gradient, first, second, count);
    expect_floats("adam's first moment", first, expectedFirst, count, 1e-6);
    expect_floats("adam's second moment", second, expectedSecond, count, 1e-6);
    expect_floats("adam", weight, expected, count, 1e-5);
}

static void test_sgd(ptrdiff_t count, bool hasVelocity, bool isNesterov) {
    describe("%td weights, velocity %d, nesterov %d", count, hasVelocity, isNesterov);
    const simd_sgd settings = {
        .learningRate = 0.1f, .momentum = 0.9f, .weightDecay = 0.01f, .isNesterov = isNesterov};
    const float *gradient = random_floats(count);
    float *weight = output_floats(count), *velocity = output_floats(count);
    double *expected = zeroed(count * 8), *expectedVelocity = zeroed(count * 8);
    for (ptrdiff_t i = 0; i < count; i++) {
        weight[i] = random_float();
        velocity[i] = random_float();
        const double g = gradient[i] + (double)settings.weightDecay * weight[i];
        const double v = (double)settings.momentum * velocity[i] + g;
        expectedVelocity[i] = hasVelocity ? v : velocity[i];
        const double direction = !hasVelocity ? g : isNesterov ? g + (double)settings.momentum * v : v;
        expected[i] = weight[i] - (double)settings.learningRate * direction;
    }
    kernels->sgd(&settings, weight, gradient, hasVelocity ? velocity : NULL, count);
    expect_floats("sgd", weight, expected, count, 1e-6);
    expect_floats("sgd's velocity", velocity, expectedVelocity, count, 1e-6);
}

void test_updates(void) {
    COVER(adam);
    COVER(sgd);

    FOR_EACH_LENGTH(count) {
        test_adam(count, 0, 1);
        test_adam(count, 0.1f, 0.99f);
        test_sgd(count, false, false);
        test_sgd(count, true, false);
        test_sgd(count, true, true);
    }
}
