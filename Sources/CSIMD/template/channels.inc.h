// Sums and affine maps a channel at a time. Sums run in float over a few rows and in double over those, so that a batch
// of millions of pixels loses nothing.

// Rows summed in float before they are added to the double.
#define SUM_ROWS 32
// Channels whose float sums are kept at once.
#define SUM_CHANNELS 128

// `TERM` gives the summand of x (and y) at `row` and `channel`.
#define SUM_OVER_ROWS(TERM) \
    for (ptrdiff_t first = 0; first < channels; first += SUM_CHANNELS) { \
        const ptrdiff_t width = channels - first < SUM_CHANNELS ? channels - first : SUM_CHANNELS; \
        for (ptrdiff_t start = 0; start < rows; start += SUM_ROWS) { \
            const ptrdiff_t end = rows - start < SUM_ROWS ? rows : start + SUM_ROWS; \
            float sum[SUM_CHANNELS] = {0}; \
            for (ptrdiff_t row = start; row < end; row++) { \
                for (ptrdiff_t i = 0; i < width; i++) { \
                    const ptrdiff_t channel = first + i; \
                    sum[i] += TERM; \
                } \
            } \
            for (ptrdiff_t i = 0; i < width; i++) sums[first + i] += sum[i]; \
        } \
    }

static void sum_channels(const float *restrict x, ptrdiff_t rows, ptrdiff_t channels, double *restrict sums) {
    SUM_OVER_ROWS(x[row * channels + channel])
}

static void sum_squared_deviations(
    const float *restrict x, const float *restrict mean, ptrdiff_t rows, ptrdiff_t channels, double *restrict sums) {
    SUM_OVER_ROWS(
        (x[row * channels + channel] - mean[channel]) * (x[row * channels + channel] - mean[channel]))
}

static void sum_deviation_products(
    const float *restrict y, const float *restrict x, const float *restrict mean, ptrdiff_t rows, ptrdiff_t channels,
    double *restrict sums) {
    SUM_OVER_ROWS(y[row * channels + channel] * (x[row * channels + channel] - mean[channel]))
}

static void scale_channels(
    const float *x, const float *restrict scale, const float *restrict shift, ptrdiff_t rows, ptrdiff_t channels,
    float *output) {
    for (ptrdiff_t row = 0; row < rows; row++, x += channels, output += channels) {
        for (ptrdiff_t channel = 0; channel < channels; channel++)
            output[channel] = x[channel] * scale[channel] + shift[channel];
    }
}

static void combine_channels(
    const float *y, const float *restrict yScale, const float *x, const float *restrict xScale,
    const float *restrict shift, ptrdiff_t rows, ptrdiff_t channels, float *output) {
    for (ptrdiff_t row = 0; row < rows; row++, x += channels, y += channels, output += channels) {
        for (ptrdiff_t channel = 0; channel < channels; channel++)
            output[channel] = y[channel] * yScale[channel] + (x[channel] * xScale[channel] + shift[channel]);
    }
}
