#include "check.h"

void test_peaks(void) {
    COVER(multiplyAdd);
    COVER(readMemory);
    describe("a few rounds");
    const ptrdiff_t lanes = kernels->vectorWidth;
    float *result = output_floats(lanes);
    const ptrdiff_t operations = kernels->multiplyAdd(3, 0.5f, result);
    // Each of n accumulators starts at its number i and becomes i / 8 + 1.5 * (1 + 1/2 + 1/4).
    const double n = (double)operations / (double)(3 * 2 * lanes);
    double *expected = zeroed(lanes * 8);
    for (ptrdiff_t i = 0; i < lanes; i++) expected[i] = n * (n - 1) / 2 / 8 + n * 2.625;
    expect_floats("multiplyAdd", result, expected, lanes, 1e-5);

    const ptrdiff_t count = 12 * lanes;
    const float *x = random_floats(count);
    result = output_floats(lanes);
    for (ptrdiff_t i = 0; i < lanes; i++) {
        expected[i] = 0;
        for (ptrdiff_t j = i; j < count; j += lanes) expected[i] += x[j];
    }
    kernels->readMemory(x, count, result);
    expect_floats("readMemory", result, expected, lanes, 1e-5);
}
