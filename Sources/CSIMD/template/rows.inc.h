// Normalisation of rows: each has a mean and a deviation of its own.

INLINE float sum_lanes(vfloat v) {
    float sum = 0;
    for (int lane = 0; lane < VECTOR_WIDTH; lane++) sum += v[lane];
    return sum;
}

typedef struct {
    float mean, inverseDeviation;
} row_statistics;

// In two passes, so that nothing cancels.
INLINE row_statistics statistics_of_row(const float *x, ptrdiff_t channels, float epsilon) {
    vfloat sum = {0};
    ptrdiff_t i = 0;
    for (; i + VECTOR_WIDTH <= channels; i += VECTOR_WIDTH) sum += load(x + i);
    if (i < channels) sum += load_part(x + i, channels - i);
    const float mean = sum_lanes(sum) / (float)channels;
    sum = (vfloat){0};
    for (i = 0; i + VECTOR_WIDTH <= channels; i += VECTOR_WIDTH) sum += (load(x + i) - mean) * (load(x + i) - mean);
    float squares = sum_lanes(sum);
    for (; i < channels; i++) squares += (x[i] - mean) * (x[i] - mean);
    return (row_statistics){mean, 1 / __builtin_sqrtf(squares / (float)channels + epsilon)};
}

static void normalize_rows(
    const float *x, const float *scale, const float *shift, float epsilon, ptrdiff_t rows, ptrdiff_t channels,
    float *output) {
    for (ptrdiff_t row = 0; row < rows; row++, x += channels, output += channels) {
        const row_statistics of = statistics_of_row(x, channels, epsilon);
        ptrdiff_t i = 0;
        for (; i + VECTOR_WIDTH <= channels; i += VECTOR_WIDTH)
            store(output + i, (load(x + i) - of.mean) * of.inverseDeviation * load(scale + i) + load(shift + i));
        for (; i < channels; i++) output[i] = (x[i] - of.mean) * of.inverseDeviation * scale[i] + shift[i];
    }
}

static void normalize_rows_gradient(
    const float *restrict gradient, const float *restrict x, const float *restrict scale, float epsilon,
    ptrdiff_t rows, ptrdiff_t channels, float *restrict output, double *restrict sums) {
    for (ptrdiff_t row = 0; row < rows; row++, x += channels, gradient += channels, output += channels) {
        const row_statistics of = statistics_of_row(x, channels, epsilon);
        vfloat sum = {0}, products = {0};
        for (ptrdiff_t i = 0; i < channels; i += VECTOR_WIDTH) {
            const ptrdiff_t present = channels - i < VECTOR_WIDTH ? channels - i : VECTOR_WIDTH;
            const vfloat scaled = load_some(gradient + i, present) * load_some(scale + i, present);
            sum += scaled;
            products += scaled * (load_some(x + i, present) - of.mean);
        }
        const float mean = sum_lanes(sum) / (float)channels;
        const float slope =
            sum_lanes(products) * of.inverseDeviation * of.inverseDeviation / (float)channels;
        for (ptrdiff_t i = 0; i < channels; i++) {
            const float centred = x[i] - of.mean;
            output[i] = of.inverseDeviation * (gradient[i] * scale[i] - mean - centred * slope);
            sums[i] += gradient[i] * centred * of.inverseDeviation;
            sums[channels + i] += gradient[i];
        }
    }
}
