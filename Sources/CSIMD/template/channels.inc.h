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

// The output may be an input, so vectors are loaded and stored by hand.
static void scale_channels(
    const float *x, const float *scale, const float *shift, ptrdiff_t rows, ptrdiff_t channels, float *output) {
    for (ptrdiff_t row = 0; row < rows; row++, x += channels, output += channels) {
        ptrdiff_t i = 0;
        for (; i + VECTOR_WIDTH <= channels; i += VECTOR_WIDTH)
            store(output + i, load(x + i) * load(scale + i) + load(shift + i));
        for (; i < channels; i++) output[i] = x[i] * scale[i] + shift[i];
    }
}

static void combine_channels(
    const float *y, const float *yScale, const float *x, const float *xScale, const float *shift, ptrdiff_t rows,
    ptrdiff_t channels, float *output) {
    for (ptrdiff_t row = 0; row < rows; row++, x += channels, y += channels, output += channels) {
        ptrdiff_t i = 0;
        for (; i + VECTOR_WIDTH <= channels; i += VECTOR_WIDTH) {
            const vfloat constant = load(x + i) * load(xScale + i) + load(shift + i);
            store(output + i, load(y + i) * load(yScale + i) + constant);
        }
        for (; i < channels; i++) output[i] = y[i] * yScale[i] + (x[i] * xScale[i] + shift[i]);
    }
}
