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

static void test_rmsprop(ptrdiff_t count, bool hasVelocity, bool followsTensorFlow) {
    describe("%td weights, velocity %d, tensorflow %d", count, hasVelocity, followsTensorFlow);
    const simd_rmsprop s = {
        .learningRate = 0.1f, .rho = 0.9f, .epsilon = 1e-3f, .momentum = hasVelocity ? 0.8f : 0, .weightDecay = 0.01f,
        .followsTensorFlow = followsTensorFlow};
    const float *gradient = random_floats(count);
    float *weight = output_floats(count), *square = output_floats(count), *velocity = output_floats(count);
    double *expected = zeroed(count * 8), *expectedSquare = zeroed(count * 8), *expectedVelocity = zeroed(count * 8);
    for (ptrdiff_t i = 0; i < count; i++) {
        weight[i] = random_float();
        square[i] = fabsf(random_float());
        velocity[i] = random_float();
        const double g = gradient[i] + (double)s.weightDecay * weight[i];
        expectedSquare[i] = s.rho * (double)square[i] + (1 - (double)s.rho) * g * g;
        const double direction = followsTensorFlow ? s.learningRate * g / sqrt(expectedSquare[i] + s.epsilon)
                                                   : g / (sqrt(expectedSquare[i]) + s.epsilon);
        const double v = hasVelocity ? s.momentum * (double)velocity[i] + direction : direction;
        expectedVelocity[i] = hasVelocity ? v : velocity[i];
        expected[i] = weight[i] - (followsTensorFlow ? v : s.learningRate * v);
    }
    kernels->rmsprop(&s, weight, gradient, square, hasVelocity ? velocity : NULL, count);
    expect_floats("rmsprop's mean square", square, expectedSquare, count, 1e-6);
    expect_floats("rmsprop's velocity", velocity, expectedVelocity, count, 1e-5);
    expect_floats("rmsprop", weight, expected, count, 1e-5);
}

static void test_lamb(ptrdiff_t count, float weightDecay) {
    describe("%td weights, weight decay %g", count, weightDecay);
    const simd_lamb s = {
        .beta1 = 0.9f, .beta2 = 0.99f, .correction1 = 5, .correction2 = 3, .epsilon = 1e-3f, .weightDecay = weightDecay};
    const float *gradient = random_floats(count);
    float *weight = output_floats(count), *first = output_floats(count), *second = output_floats(count);
    double *expected = zeroed(count * 8), *expectedFirst = zeroed(count * 8), *expectedSecond = zeroed(count * 8);
    double sums[2] = {NAN, NAN}, expectedSums[2] = {0, 0};
    for (ptrdiff_t i = 0; i < count; i++) {
        weight[i] = random_float();
        first[i] = random_float();
        second[i] = fabsf(random_float());
        expectedFirst[i] = s.beta1 * (double)first[i] + (1 - (double)s.beta1) * gradient[i];
        expectedSecond[i] = s.beta2 * (double)second[i] + (1 - (double)s.beta2) * gradient[i] * gradient[i];
        const double update = expectedFirst[i] * s.correction1 / (sqrt(expectedSecond[i]) * s.correction2 + s.epsilon)
            + (double)s.weightDecay * weight[i];
        expectedSums[0] += (double)weight[i] * weight[i];
        expectedSums[1] += update * update;
        expected[i] = weight[i] - 0.1 * update;
    }
    kernels->lambMoments(&s, weight, gradient, first, second, count, sums);
    expect_floats("lamb's first moment", first, expectedFirst, count, 1e-6);
    expect_floats("lamb's second moment", second, expectedSecond, count, 1e-6);
    expect_true("lamb's norm of weights", fabs(sums[0] - expectedSums[0]) <= 1e-5 * expectedSums[0]);
    expect_true("lamb's norm of updates", fabs(sums[1] - expectedSums[1]) <= 1e-5 * expectedSums[1]);
    kernels->lambUpdate(&s, 0.1f, weight, first, second, count);
    expect_floats("lamb", weight, expected, count, 1e-5);
}

static void test_gradients(ptrdiff_t count) {
    describe("%td gradients", count);
    const float *x = random_floats(count), *value = random_floats(count);
    float *clamped = output_floats(count), *average = output_floats(count), *copy = output_floats(count);
    double *expectedClamped = zeroed(count * 8), *expectedAverage = zeroed(count * 8), *expectedCopy = zeroed(count * 8);
    double squares = 0;
    for (ptrdiff_t i = 0; i < count; i++) {
        squares += (double)x[i] * x[i];
        clamped[i] = average[i] = copy[i] = x[i];
        expectedClamped[i] = fmax(-0.5, fmin(0.5, x[i]));
        expectedAverage[i] = x[i] + (double)0.1f * ((double)value[i] - x[i]);
        expectedCopy[i] = value[i];
    }
    expect_true("a sum of squares", fabs(kernels->sumSquares(x, count) - squares) <= 1e-6 * squares);
    kernels->clamp(clamped, 0.5f, count);
    expect_floats("a clamp", clamped, expectedClamped, count, 0);
    kernels->approach(average, value, 0.1f, count);
    expect_floats("an average", average, expectedAverage, count, 1e-6);
    kernels->approach(copy, value, 1, count);
    expect_floats("a copy", copy, expectedCopy, count, 0);
}

void test_updates(void) {
    COVER(adam);
    COVER(sgd);
    COVER(rmsprop);
    COVER(lambMoments);
    COVER(lambUpdate);
    COVER(sumSquares);
    COVER(clamp);
    COVER(approach);

    FOR_EACH_LENGTH(count) {
        test_adam(count, 0, 1);
        test_adam(count, 0.1f, 0.99f);
        test_sgd(count, false, false);
        test_sgd(count, true, false);
        test_sgd(count, true, true);
        for (int form = 0; form < 4; form++) test_rmsprop(count, form & 1, form & 2);
        test_lamb(count, 0);
        test_lamb(count, 0.1f);
        test_gradients(count);
    }
}
