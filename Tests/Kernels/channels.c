#include "check.h"

static void expect_sums(const char *what, const double *sums, const double *expected, ptrdiff_t count) {
    float *rounded = output_floats(count);
    for (ptrdiff_t i = 0; i < count; i++) rounded[i] = (float)sums[i];
    expect_floats(what, rounded, expected, count, 1e-5);
}

static double *started_sums(ptrdiff_t count, double *expected) {
    double *sums = zeroed(count * 8);
    for (ptrdiff_t i = 0; i < count; i++) expected[i] = sums[i] = random_float();
    return sums;
}

static void test_sums(ptrdiff_t rows, ptrdiff_t channels) {
    describe("%td rows, %td channels", rows, channels);
    const float *x = random_floats(rows * channels), *y = random_floats(rows * channels);
    double *expected = zeroed(channels * 8);
    double *expectedProducts = zeroed(channels * 8), *products = started_sums(channels, expectedProducts);
    double *sums = started_sums(channels, expected);
    for (ptrdiff_t i = 0; i < rows * channels; i++) {
        expected[i % channels] += x[i];
        expectedProducts[i % channels] += x[i] * (double)y[i];
    }
    kernels->sumChannels(x, rows, channels, sums);
    kernels->sumProducts(x, y, rows, channels, products);
    expect_sums("sumChannels", sums, expected, channels);
    expect_sums("sumProducts", products, expectedProducts, channels);
}

static void test_moments(ptrdiff_t rows, ptrdiff_t channels, ptrdiff_t added) {
    describe("%td rows and %td more, %td channels", rows, added, channels);
    const ptrdiff_t all = rows + added;
    const float *x = random_floats(all * channels);
    double *mean = zeroed(channels * 8), *squares = zeroed(channels * 8);
    for (ptrdiff_t i = 0; i < all * channels; i++) mean[i % channels] += x[i] / (double)all;
    for (ptrdiff_t i = 0; i < all * channels; i++) {
        const double deviation = x[i] - mean[i % channels];
        squares[i % channels] += deviation * deviation;
    }
    const simd_moments moments = {zeroed(channels * 8), zeroed(channels * 8)};
    const simd_moments other = {zeroed(channels * 8), zeroed(channels * 8)};
    kernels->findMoments(x, rows, channels, &moments);
    if (added > 0) {
        kernels->findMoments(x + rows * channels, added, channels, &other);
        kernels->joinMoments(&moments, (double)rows, &other, (double)added, channels);
    }
    expect_sums("findMoments, joinMoments: mean", moments.mean, mean, channels);
    expect_sums("findMoments, joinMoments: squares", moments.squares, squares, channels);
}

static void test_maps(ptrdiff_t rows, ptrdiff_t channels, simd_activation activation) {
    describe("%td rows, %td channels, activation %d", rows, channels, activation);
    const ptrdiff_t count = rows * channels;
    const float *x = random_floats(count), *gradient = random_floats(count), *mean = random_floats(channels);
    const float *byGradient = random_floats(channels), *byInput = random_floats(channels), *shift = random_floats(channels);
    float *scale = random_floats(channels);
    for (ptrdiff_t c = 0; c < channels; c++) scale[c] *= 12;  // beyond ReLU6's upper end
    const simd_channel_map map = {scale, random_floats(channels), activation};
    float *mapped = output_floats(count), *combined = output_floats(count);
    double *expected = zeroed(count * 8), *expectedCombined = zeroed(count * 8), *expectedSums = zeroed(2 * channels * 8);
    double *sums = started_sums(2 * channels, expectedSums);
    for (ptrdiff_t i = 0; i < count; i++) {
        const ptrdiff_t c = i % channels;
        const double value = (double)x[i] * scale[c] + map.shift[c];
        expected[i] = activated(activation, value);
        const double reaching = passing(activation, gradient[i], value);
        expectedSums[c] += reaching;
        expectedSums[channels + c] += reaching * (x[i] - (double)mean[c]);
        expectedCombined[i] = reaching * byGradient[c] + (double)x[i] * byInput[c] + shift[c];
    }
    kernels->mapChannels(&map, x, rows, channels, mapped);
    kernels->sumMapGradients(&map, gradient, x, mean, rows, channels, sums);
    kernels->combineMapGradients(&map, gradient, byGradient, x, byInput, shift, rows, channels, combined);
    expect_floats("mapChannels", mapped, expected, count, 1e-5);
    expect_sums("sumMapGradients", sums, expectedSums, 2 * channels);
    expect_floats("combineMapGradients", combined, expectedCombined, count, 1e-5);
}

static void test_rows(ptrdiff_t rows, ptrdiff_t channels) {
    describe("normalised: %td rows, %td channels", rows, channels);
    const ptrdiff_t count = rows * channels;
    const float epsilon = 0.01f;
    const float *x = random_floats(count), *gradient = random_floats(count);
    const float *scale = random_floats(channels), *shift = random_floats(channels);
    float *normalized = output_floats(count), *xGradient = output_floats(count);
    double *expected = zeroed(count * 8), *expectedGradient = zeroed(count * 8);
    double *expectedSums = zeroed(2 * channels * 8), *sums = started_sums(2 * channels, expectedSums);
    for (ptrdiff_t first = 0; first < count; first += channels) {
        double mean = 0, variance = 0, meanGradient = 0, meanProduct = 0;
        for (ptrdiff_t c = 0; c < channels; c++) mean += x[first + c] / (double)channels;
        for (ptrdiff_t c = 0; c < channels; c++) variance += pow(x[first + c] - mean, 2) / (double)channels;
        const double inverse = 1 / sqrt(variance + epsilon);
        for (ptrdiff_t c = 0; c < channels; c++) {
            const double part = (x[first + c] - mean) * inverse, scaled = gradient[first + c] * (double)scale[c];
            expected[first + c] = part * scale[c] + shift[c];
            meanGradient += scaled / (double)channels;
            meanProduct += scaled * part / (double)channels;
            expectedSums[c] += gradient[first + c] * part;
            expectedSums[channels + c] += gradient[first + c];
        }
        for (ptrdiff_t c = 0; c < channels; c++) {
            const double part = (x[first + c] - mean) * inverse, scaled = gradient[first + c] * (double)scale[c];
            expectedGradient[first + c] = inverse * (scaled - meanGradient - part * meanProduct);
        }
    }
    kernels->normalizeRows(x, scale, shift, epsilon, rows, channels, normalized);
    kernels->normalizeRowsGradient(gradient, x, scale, epsilon, rows, channels, xGradient, sums);
    expect_floats("normalizeRows", normalized, expected, count, 1e-5);
    expect_floats("normalizeRowsGradient", xGradient, expectedGradient, count, 1e-5);
    expect_sums("normalizeRowsGradient's sums", sums, expectedSums, 2 * channels);
}

void test_channels(void) {
    COVER(normalizeRows);
    COVER(normalizeRowsGradient);
    COVER(sumChannels);
    COVER(sumProducts);
    COVER(findMoments);
    COVER(joinMoments);
    COVER(mapChannels);
    COVER(sumMapGradients);
    COVER(combineMapGradients);
    FOR_EACH_LENGTH(channels) {
        for (ptrdiff_t rows = 1; rows < 80; rows += 13) {
            test_sums(rows, channels);
            test_rows(rows, channels);
            test_moments(rows, channels, rows % 3 * 20);
            for (int i = 0; i < 8; i++) test_maps(rows, channels, ACTIVATIONS[i]);
        }
    }
    test_sums(70, 300);
    test_moments(70, 1100, 33);
}
