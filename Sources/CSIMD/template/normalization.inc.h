// Batch normalisation. Rows are read in the order of memory, a few at a time, which is what memory likes best: sums of a
// run of rows lie in the first-level cache meanwhile, in float, and go to double after each run.

// Rows of a run. A second look at them finds them in a cache.
#define RUN_ROWS 32
// Rows that share each load and store of a sum.
#define ROW_GROUP 4
// Channels whose sums are kept at once.
#define RUN_CHANNELS 1024

// sum[i] = the sum over a run's rows of the vector expression TERM, of the row whose number is in `at`.
#define SUM_OF_RUN(sum, width, TERM) \
    for (ptrdiff_t row = 0; row < count; row += ROW_GROUP) { \
        const ptrdiff_t group = count - row < ROW_GROUP ? count - row : ROW_GROUP; \
        for (ptrdiff_t i = 0; i < width; i += VECTOR_WIDTH) { \
            const ptrdiff_t present = width - i; \
            vfloat total = row == 0 ? (vfloat){0} : load(sum + i); \
            if (group == ROW_GROUP) { \
                UNROLL for (ptrdiff_t at = row; at < row + ROW_GROUP; at++) total += TERM; \
            } else { \
                for (ptrdiff_t at = row; at < count; at++) total += TERM; \
            } \
            store(sum + i, total); \
        } \
    }

INLINE vfloat squared(vfloat x) { return x * x; }

// Joins the moments of `added` rows to those of `count`. (Chan, Golub & LeVeque, "Updating Formulae and a Pairwise
// Algorithm for Computing Sample Variances", 1979)
INLINE void join(double count, double *mean, double *squares, double added, double otherMean, double otherSquares) {
    const double difference = otherMean - *mean;
    *mean += difference * (added / (count + added));
    *squares += otherSquares + difference * difference * (count * added / (count + added));
}

static void join_moments(
    const simd_moments *moments, double count, const simd_moments *other, double added, ptrdiff_t channels) {
    double *restrict mean = moments->mean, *restrict squares = moments->squares;
    for (ptrdiff_t i = 0; i < channels; i++)
        join(count, mean + i, squares + i, added, other->mean[i], other->squares[i]);
}

static void find_moments(const float *x, ptrdiff_t rows, ptrdiff_t channels, const simd_moments *moments) {
    for (ptrdiff_t i = 0; i < channels; i++) moments->mean[i] = moments->squares[i] = 0;
    for (ptrdiff_t start = 0; start < rows; start += RUN_ROWS) {
        const ptrdiff_t count = rows - start < RUN_ROWS ? rows - start : RUN_ROWS;
        for (ptrdiff_t first = 0; first < channels; first += RUN_CHANNELS) {
            const ptrdiff_t width = channels - first < RUN_CHANNELS ? channels - first : RUN_CHANNELS;
            const float *run = x + start * channels + first;
            float mean[RUN_CHANNELS], squares[RUN_CHANNELS];
            SUM_OF_RUN(mean, width, load_some(run + at * channels + i, present))
            for (ptrdiff_t i = 0; i < width; i += VECTOR_WIDTH) store(mean + i, load(mean + i) / (float)count);
            SUM_OF_RUN(squares, width, squared(load_some(run + at * channels + i, present) - load(mean + i)))
            double *restrict allMean = moments->mean + first, *restrict allSquares = moments->squares + first;
            for (ptrdiff_t i = 0; i < width; i++)
                join((double)start, allMean + i, allSquares + i, (double)count, mean[i], squares[i]);
        }
    }
}

// The gradient that the activation behind the map lets through to x, a vector of channels from `channel` on.
INLINE vfloat reaching_gradient(
    const simd_channel_map *map, simd_activation activation, const float *gradient, vfloat x, ptrdiff_t channel,
    ptrdiff_t present) {
    const vfloat g = load_some(gradient, present);
    if (activation == simd_identity) return g;
    const vfloat y = x * load_some(map->scale + channel, present) + load_some(map->shift + channel, present);
    return gradient_vector(g, y, activation);
}

INLINE void sum_gradients_after(
    const simd_channel_map *map, const simd_activation activation, const float *gradient, const float *x,
    const float *mean, ptrdiff_t rows, ptrdiff_t channels, double *sums) {
    for (ptrdiff_t start = 0; start < rows; start += RUN_ROWS) {
        const ptrdiff_t count = rows - start < RUN_ROWS ? rows - start : RUN_ROWS;
        for (ptrdiff_t first = 0; first < channels; first += RUN_CHANNELS) {
            const ptrdiff_t width = channels - first < RUN_CHANNELS ? channels - first : RUN_CHANNELS;
            float sum[RUN_CHANNELS], products[RUN_CHANNELS];
            for (ptrdiff_t row = 0; row < count; row += ROW_GROUP) {
                const ptrdiff_t group = count - row < ROW_GROUP ? count - row : ROW_GROUP;
                const ptrdiff_t place = (start + row) * channels + first;
                for (ptrdiff_t i = 0; i < width; i += VECTOR_WIDTH) {
                    const ptrdiff_t present = width - i;
                    const vfloat centre = load_some(mean + first + i, present);
                    vfloat s = row == 0 ? (vfloat){0} : load(sum + i);
                    vfloat p = row == 0 ? (vfloat){0} : load(products + i);
                    for (ptrdiff_t at = 0; at < group; at++) {
                        const float *value = x + place + at * channels + i;
                        const vfloat v = load_some(value, present);
                        const vfloat g = reaching_gradient(
                            map, activation, gradient + place + at * channels + i, v, first + i, present);
                        s += g;
                        p += g * (v - centre);
                    }
                    store(sum + i, s);
                    store(products + i, p);
                }
            }
            double *restrict allSums = sums + first, *restrict allProducts = sums + channels + first;
            for (ptrdiff_t i = 0; i < width; i++) {
                allSums[i] += sum[i];
                allProducts[i] += products[i];
            }
        }
    }
}

static void sum_map_gradients(
    const simd_channel_map *map, const float *gradient, const float *x, const float *mean, ptrdiff_t rows,
    ptrdiff_t channels, double *sums) {
    // A loop for each usual activation: none of them asks which it is for every vector.
    switch (map->activation) {
    case simd_identity: sum_gradients_after(map, simd_identity, gradient, x, mean, rows, channels, sums); break;
    case simd_relu: sum_gradients_after(map, simd_relu, gradient, x, mean, rows, channels, sums); break;
    case simd_relu6: sum_gradients_after(map, simd_relu6, gradient, x, mean, rows, channels, sums); break;
    default: sum_gradients_after(map, map->activation, gradient, x, mean, rows, channels, sums);
    }
}
