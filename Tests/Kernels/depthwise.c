#include "check.h"

static void test_depthwise_of(ptrdiff_t channels, ptrdiff_t pixels, unsigned options) {
    describe("%td channels, %td pixels, options %u", channels, pixels, options);
    enum { TAPS = 9 };
    const ptrdiff_t pixelStride = channels * (1 + options % 2), filterStride = channels + 1;
    const ptrdiff_t outputStride = channels + options % 3, count = (pixels - 1) * outputStride + channels;
    simd_row taps[TAPS];
    for (int t = 0; t < TAPS; t++) taps[t] = random_floats(pixels * pixelStride + channels);
    const float *filter = random_floats(TAPS * filterStride), *bias = options & 1 ? random_floats(channels) : NULL;
    const simd_activation activation = ACTIVATIONS[options % 8];
    float *output = output_floats(count);
    double *expected = zeroed(count * 8);
    for (ptrdiff_t i = 0; i < count; i++) expected[i] = NAN;
    for (ptrdiff_t i = 0; i < pixels; i++)
        for (ptrdiff_t c = 0; c < channels; c++) {
            double sum = bias ? bias[c] : 0;
            for (int t = 0; t < TAPS; t++) sum += (double)taps[t][i * pixelStride + c] * filter[t * filterStride + c];
            expected[i * outputStride + c] = activated(activation, sum);
        }
    kernels->depthwise(
        taps, TAPS, pixelStride, filter, filterStride, bias, activation, output, outputStride, channels, pixels);
    expect_floats("depthwise", output, expected, count, 1e-5);
}

static void test_depthwise_panel_of(ptrdiff_t channels, ptrdiff_t pixels, unsigned options) {
    describe("%td of a panel's channels, %td pixels, options %u", channels, pixels, options);
    const ptrdiff_t step = 1 + options % 2, filterStride = channels + options % 4, width = kernels->panelWidth;
    const ptrdiff_t outputStride = channels + options % 3, count = (pixels - 1) * outputStride + channels;
    simd_row lines[3];
    for (int row = 0; row < 3; row++) lines[row] = random_floats(((pixels - 1) * step + 3) * width);
    const float *filter = random_floats(8 * filterStride + channels);
    const float *bias = options & 1 ? random_floats(channels) : NULL;
    const simd_activation activation = ACTIVATIONS[options % 8];
    float *output = output_floats(count);
    double *expected = zeroed(count * 8);
    for (ptrdiff_t i = 0; i < count; i++) expected[i] = NAN;
    for (ptrdiff_t i = 0; i < pixels; i++)
        for (ptrdiff_t c = 0; c < channels; c++) {
            double sum = bias ? bias[c] : 0;
            for (int t = 0; t < 9; t++)
                sum += (double)lines[t / 3][(i * step + t % 3) * width + c] * filter[t * filterStride + c];
            expected[i * outputStride + c] = activated(activation, sum);
        }
    kernels->depthwisePanel(
        lines, step, filter, filterStride, bias, activation, output, outputStride, channels, pixels);
    expect_floats("depthwisePanel", output, expected, count, 1e-5);
}

static void test_multiply_channels(ptrdiff_t channels, ptrdiff_t count) {
    describe("%td channels, %td rows", channels, count);
    const ptrdiff_t aStride = channels + 1, bStride = channels + 2;
    const float *a = random_floats(count * aStride), *b = random_floats(count * bStride);
    float *output = output_floats(channels);
    double *expected = zeroed(channels * 8);
    for (ptrdiff_t c = 0; c < channels; c++) {
        expected[c] = output[c] = random_float();
        for (ptrdiff_t i = 0; i < count; i++) expected[c] += (double)a[i * aStride + c] * b[i * bStride + c];
    }
    kernels->multiplyChannels(a, aStride, b, bStride, count, output, channels);
    expect_floats("multiplyChannels", output, expected, channels, 1e-5);
}

void test_depthwise(void) {
    COVER(depthwise);
    COVER(depthwisePanel);
    COVER(multiplyChannels);
    unsigned options = 0;
    FOR_EACH_LENGTH(channels) {
        for (ptrdiff_t pixels = 1; pixels < 12; pixels++) {
            if (channels <= kernels->panelWidth) test_depthwise_panel_of(channels, pixels, options);
            test_depthwise_of(channels, pixels, options++);
            test_multiply_channels(channels, pixels);
        }
    }
}
