// Sums and affine maps a channel at a time. Sums run in float over a few rows and in double over those, so that a batch
// of millions of pixels loses nothing.

// Rows summed in float before they are added to the double.
#define SUM_ROWS 32
// Channels whose float sums are kept at once.
#define SUM_CHANNELS 128

// `TERM` gives the summand of x at `row` and `channel`.
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

static void sum_products(
    const float *restrict x, const float *restrict y, ptrdiff_t rows, ptrdiff_t channels, double *restrict sums) {
    SUM_OVER_ROWS(x[row * channels + channel] * y[row * channels + channel])
}

// The map of channel i of x, before its activation.
#define MAP_VECTOR(map, x, i) (load((x) + (i)) * load((map)->scale + (i)) + load((map)->shift + (i)))
#define MAP_PART(map, x, i, present) \
    (load_part((x) + (i), present) * load_part((map)->scale + (i), present) + load_part((map)->shift + (i), present))

static void map_channels(
    const simd_channel_map *map, const float *x, ptrdiff_t rows, ptrdiff_t channels, float *output) {
    for (ptrdiff_t row = 0; row < rows; row++, x += channels, output += channels) {
        ptrdiff_t i = 0;
        for (; i + VECTOR_WIDTH <= channels; i += VECTOR_WIDTH)
            store(output + i, activate_any(MAP_VECTOR(map, x, i), map->activation));
        if (i < channels) {
            const ptrdiff_t present = channels - i;
            store_part(output + i, activate_any(MAP_PART(map, x, i, present), map->activation), present);
        }
    }
}

static void combine_map_gradients(
    const simd_channel_map *map, const float *gradient, const float *byGradient, const float *x, const float *byInput,
    const float *shift, ptrdiff_t rows, ptrdiff_t channels, float *output) {
    for (ptrdiff_t row = 0; row < rows; row++, x += channels, gradient += channels, output += channels) {
        ptrdiff_t i = 0;
        for (; i + VECTOR_WIDTH <= channels; i += VECTOR_WIDTH) {
            const vfloat reaching = gradient_vector(load(gradient + i), MAP_VECTOR(map, x, i), map->activation);
            const vfloat constant = load(x + i) * load(byInput + i) + load(shift + i);
            store(output + i, reaching * load(byGradient + i) + constant);
        }
        if (i < channels) {
            const ptrdiff_t present = channels - i;
            const vfloat reaching = gradient_vector(
                load_part(gradient + i, present), MAP_PART(map, x, i, present), map->activation);
            const vfloat constant =
                load_part(x + i, present) * load_part(byInput + i, present) + load_part(shift + i, present);
            store_part(output + i, reaching * load_part(byGradient + i, present) + constant, present);
        }
    }
}
