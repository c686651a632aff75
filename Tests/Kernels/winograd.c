#include "check.h"

// The transforms are tested together, as what they are for: a convolution of 3 x 3, its pooling, and the gradient of its
// filters. `element` counts the (m + 2)^2 elements of a transformed tile.

typedef struct {
    ptrdiff_t m, tiles, channels, width;  // width: pixels of an input line
    const float *x, *taps;                // x[m + 2][width][channels], taps[9][channels][panelWidth]
} Setting;

static double convolved(const Setting *s, ptrdiff_t row, ptrdiff_t column, ptrdiff_t output) {
    double sum = 0;
    for (ptrdiff_t tap = 0; tap < 9; tap++)
        for (ptrdiff_t c = 0; c < s->channels; c++)
            sum += (double)s->x[((row + tap / 3) * s->width + column + tap % 3) * s->channels + c]
                * s->taps[(tap * s->channels + c) * kernels->panelWidth + output];
    return sum;
}

static Setting make_setting(ptrdiff_t m, ptrdiff_t tiles, ptrdiff_t channels) {
    const ptrdiff_t width = m * tiles + 2;
    return (Setting){
        m, tiles, channels, width, random_floats((m + 2) * width * channels),
        random_floats(9 * channels * kernels->panelWidth)};
}

// products[element][tile][panel]: what lies between the transforms.
static float *products_of(const simd_winograd_kernels *w, const Setting *s) {
    const ptrdiff_t elements = (s->m + 2) * (s->m + 2), panel = kernels->panelWidth;
    const ptrdiff_t pixelStride = s->tiles * s->channels + 5, filterCount = s->channels * panel;
    float *pixels = zeroed(elements * pixelStride * 4), *filters = zeroed(elements * filterCount * 4);
    w->input(s->x, s->width * s->channels, s->channels, s->tiles, pixels, pixelStride);
    w->filter(s->taps, filterCount, filters);
    float *products = zeroed(elements * s->tiles * panel * 4);
    for (ptrdiff_t e = 0; e < elements; e++)
        for (ptrdiff_t t = 0; t < s->tiles; t++)
            for (ptrdiff_t o = 0; o < panel; o++)
                for (ptrdiff_t c = 0; c < s->channels; c++)
                    products[(e * s->tiles + t) * panel + o] +=
                        pixels[e * pixelStride + t * s->channels + c] * filters[(e * s->channels + c) * panel + o];
    return products;
}

static void test_output(
    const simd_winograd_kernels *w, ptrdiff_t m, ptrdiff_t tiles, ptrdiff_t outputs, ptrdiff_t rows, ptrdiff_t columns,
    unsigned options) {
    describe("F(%td), %td tiles, %td outputs, %td x %td, options %u", m, tiles, outputs, rows, columns, options);
    const Setting s = make_setting(m, tiles, kernels->vectorWidth + options % 3);
    const ptrdiff_t columnStride = outputs + options % 2, rowStride = columns * columnStride + 1;
    const ptrdiff_t count = (rows - 1) * rowStride + (columns - 1) * columnStride + outputs;
    const simd_winograd finish = {
        .products = products_of(w, &s), .elementStride = tiles * kernels->panelWidth, .channels = outputs,
        .bias = options & 1 ? random_floats(kernels->panelWidth) : NULL,
        .addend = options & 2 ? random_floats(count) : NULL, .activation = ACTIVATIONS[options % 8]};
    float *output = output_floats(count);
    double *expected = zeroed(count * 8);
    for (ptrdiff_t i = 0; i < count; i++) expected[i] = NAN;
    for (ptrdiff_t row = 0; row < rows; row++)
        for (ptrdiff_t column = 0; column < columns; column++)
            for (ptrdiff_t o = 0; o < outputs; o++) {
                const ptrdiff_t place = row * rowStride + column * columnStride + o;
                const double sum = convolved(&s, row, column, o) + (finish.bias ? finish.bias[o] : 0)
                    + (finish.addend ? finish.addend[place] : 0);
                expected[place] = activated(finish.activation, sum);
            }
    w->output(&finish, tiles, output, rowStride, columnStride, rows, columns);
    expect_floats("winograd output", output, expected, count, 2e-4);
}

static void test_output_pooled(
    const simd_winograd_kernels *w, ptrdiff_t m, ptrdiff_t tiles, ptrdiff_t outputs, ptrdiff_t rows, ptrdiff_t columns,
    unsigned options) {
    describe("F(%td), %td tiles, %td outputs, %td x %td, options %u", m, tiles, outputs, rows, columns, options);
    const Setting s = make_setting(m, tiles, kernels->vectorWidth + options % 3);
    const ptrdiff_t columnStride = outputs + options % 2, rowStride = columns * columnStride + 1;
    const ptrdiff_t count = (rows - 1) * rowStride + (columns - 1) * columnStride + outputs;
    const simd_winograd finish = {
        .products = products_of(w, &s), .elementStride = tiles * kernels->panelWidth, .channels = outputs,
        .bias = options & 1 ? random_floats(kernels->panelWidth) : NULL, .activation = ACTIVATIONS[options % 3]};
    float *output = output_floats(count);
    uint8_t *places = options & 2 ? output_bytes(count) : NULL;
    double *expected = zeroed(count * 8);
    for (ptrdiff_t i = 0; i < count; i++) expected[i] = NAN;
    w->outputPooled(&finish, tiles, output, places, rowStride, columnStride, rows, columns);
    for (ptrdiff_t row = 0; row < rows; row++)
        for (ptrdiff_t column = 0; column < columns; column++)
            for (ptrdiff_t o = 0; o < outputs; o++) {
                const ptrdiff_t place = row * rowStride + column * columnStride + o;
                double values[4], most = -INFINITY;
                for (int i = 0; i < 4; i++) {
                    const double sum = convolved(&s, 2 * row + i / 2, 2 * column + i % 2, o);
                    values[i] = activated(finish.activation, sum + (finish.bias ? finish.bias[o] : 0));
                    most = fmax(most, values[i]);
                }
                expected[place] = most;
                if (places) expect_true("winograd place", places[place] < 4 && values[places[place]] > most - 1e-2);
            }
    expect_floats("winograd outputPooled", output, expected, count, 2e-4);
}

static void test_filter_gradient(const simd_winograd_kernels *w, ptrdiff_t m, ptrdiff_t tiles, ptrdiff_t outputs) {
    describe("F(%td), %td tiles, %td outputs", m, tiles, outputs);
    const Setting s = make_setting(m, tiles, kernels->vectorWidth + 1);
    const ptrdiff_t elements = (m + 2) * (m + 2), lineStride = m * tiles * outputs + 3;
    const ptrdiff_t pixelStride = tiles * s.channels, gradientStride = tiles * outputs, count = s.channels * outputs;
    const float *y = random_floats(m * lineStride);
    float *pixels = zeroed(elements * pixelStride * 4), *gradients = zeroed(elements * gradientStride * 4);
    w->input(s.x, s.width * s.channels, s.channels, tiles, pixels, pixelStride);
    w->gradient(y, lineStride, outputs, tiles, gradients, gradientStride);
    float *products = zeroed(elements * count * 4);
    for (ptrdiff_t e = 0; e < elements; e++)
        for (ptrdiff_t t = 0; t < tiles; t++)
            for (ptrdiff_t c = 0; c < s.channels; c++)
                for (ptrdiff_t o = 0; o < outputs; o++)
                    products[e * count + c * outputs + o] +=
                        pixels[e * pixelStride + t * s.channels + c] * gradients[e * gradientStride + t * outputs + o];
    const ptrdiff_t tapStride = count + 2, tapCount = 8 * tapStride + count;
    float *taps = output_floats(tapCount);
    double *expected = zeroed(tapCount * 8);
    for (ptrdiff_t i = 0; i < tapCount; i++) expected[i] = NAN;
    for (ptrdiff_t tap = 0; tap < 9; tap++)
        for (ptrdiff_t c = 0; c < s.channels; c++)
            for (ptrdiff_t o = 0; o < outputs; o++) {
                double sum = 0;
                for (ptrdiff_t row = 0; row < m; row++)
                    for (ptrdiff_t column = 0; column < m * tiles; column++)
                        sum += (double)s.x[((row + tap / 3) * s.width + column + tap % 3) * s.channels + c]
                            * y[row * lineStride + column * outputs + o];
                expected[tap * tapStride + c * outputs + o] = sum;
            }
    w->filterGradient(products, count, count, taps, tapStride);
    expect_floats("winograd filterGradient", taps, expected, tapCount, 1e-3);
}

static void test_tiles(const simd_winograd_kernels *w, ptrdiff_t m) {
    unsigned options = 0;
    for (ptrdiff_t tiles = 1; tiles <= 3; tiles++) {
        for (ptrdiff_t outputs = 1; outputs <= kernels->panelWidth; outputs += outputs < 4 ? 1 : 7) {
            for (ptrdiff_t rows = 1; rows <= m; rows++)
                for (ptrdiff_t missing = 0; missing < m; missing++)
                    test_output(w, m, tiles, outputs, rows, m * tiles - missing, options++);
            for (ptrdiff_t rows = 1; rows <= m / 2; rows++)
                for (ptrdiff_t missing = 0; missing < m / 2; missing++)
                    test_output_pooled(w, m, tiles, outputs, rows, m / 2 * tiles - missing, options++);
        }
        test_filter_gradient(w, m, tiles, kernels->vectorWidth);
        test_filter_gradient(w, m, tiles, 2 * kernels->vectorWidth + 3);
    }
}

void test_winograd(void) {
    COVER(winograd2.input);
    COVER(winograd2.filter);
    COVER(winograd2.output);
    COVER(winograd2.outputPooled);
    COVER(winograd2.gradient);
    COVER(winograd2.filterGradient);
    COVER(winograd4.input);
    COVER(winograd4.filter);
    COVER(winograd4.output);
    COVER(winograd4.outputPooled);
    COVER(winograd4.gradient);
    COVER(winograd4.filterGradient);
    test_tiles(&kernels->winograd2, 2);
    test_tiles(&kernels->winograd4, 4);
}
