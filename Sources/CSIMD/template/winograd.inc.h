// Winograd's minimal filtering F(m x m, 3 x 3) for m = 2 and 4 (Lavin & Gray, "Fast Algorithms for Convolutional Neural
// Networks", CVPR 2016): (m + 2)^2 products for a tile of m x m outputs that would take 9 m^2. The transforms here are
// a few additions an element; in between are (m + 2)^2 matrix products, one for each element of a transformed tile.
//
// Every function takes m as a constant, so that each is compiled twice and its loops are unrolled.

#define WINOGRAD_MOST 6

// B^T d: what m + 2 pixels in a line become.
INLINE void winograd_input_line(const ptrdiff_t m, const vfloat d[WINOGRAD_MOST], vfloat line[WINOGRAD_MOST]) {
    if (m == 2) {
        line[0] = d[0] - d[2];
        line[1] = d[1] + d[2];
        line[2] = d[2] - d[1];
        line[3] = d[1] - d[3];
        return;
    }
    const vfloat even = d[4] - 4.0f * d[2], odd = d[3] - 4.0f * d[1];
    const vfloat nearEven = d[4] - d[2], nearOdd = d[3] - d[1];
    line[0] = 4.0f * d[0] - 5.0f * d[2] + d[4];
    line[1] = even + odd;
    line[2] = even - odd;
    line[3] = nearEven + 2.0f * nearOdd;
    line[4] = nearEven - 2.0f * nearOdd;
    line[5] = 4.0f * d[1] - 5.0f * d[3] + d[5];
}

// G g: what three taps in a line become.
INLINE void winograd_filter_line(const ptrdiff_t m, const vfloat g[3], vfloat line[WINOGRAD_MOST]) {
    const vfloat ends = g[0] + g[2];
    if (m == 2) {
        line[0] = g[0];
        line[1] = 0.5f * (ends + g[1]);
        line[2] = 0.5f * (ends - g[1]);
        line[3] = g[2];
        return;
    }
    const vfloat wide = 1.0f / 24 * g[0] + 1.0f / 6 * g[2], middle = 1.0f / 12 * g[1];
    line[0] = 0.25f * g[0];
    line[1] = -1.0f / 6 * (ends + g[1]);
    line[2] = -1.0f / 6 * (ends - g[1]);
    line[3] = wide + middle;
    line[4] = wide - middle;
    line[5] = g[2];
}

// A^T p: the m outputs that m + 2 products in a line make.
INLINE void winograd_output_line(const ptrdiff_t m, const vfloat p[WINOGRAD_MOST], vfloat line[WINOGRAD_MOST]) {
    if (m == 2) {
        line[0] = p[0] + p[1] + p[2];
        line[1] = p[1] - p[2] - p[3];
        return;
    }
    const vfloat sum = p[1] + p[2], difference = p[1] - p[2];
    const vfloat farSum = p[3] + p[4], farDifference = p[3] - p[4];
    line[0] = p[0] + sum + farSum;
    line[1] = difference + 2.0f * farDifference;
    line[2] = sum + 4.0f * farSum;
    line[3] = difference + 8.0f * farDifference + p[5];
}

// The column of pixels from x on, transformed.
INLINE void winograd_input_column(
    const ptrdiff_t m, const float *x, ptrdiff_t lineStride, vfloat column[WINOGRAD_MOST]) {
    vfloat pixels[WINOGRAD_MOST];
    UNROLL for (ptrdiff_t i = 0; i < m + 2; i++) pixels[i] = load(x + i * lineStride);
    winograd_input_line(m, pixels, column);
}

INLINE void winograd_input(
    const ptrdiff_t m, const float *x, ptrdiff_t lineStride, ptrdiff_t channels, ptrdiff_t tiles, float *transformed,
    ptrdiff_t elementStride) {
    for (ptrdiff_t channel = 0; channel < channels; channel += VECTOR_WIDTH) {
        // The last vector overlaps the one before it, so that no channel past the end is read.
        const ptrdiff_t first = channel + VECTOR_WIDTH <= channels ? channel : channels - VECTOR_WIDTH;
        vfloat columns[WINOGRAD_MOST][WINOGRAD_MOST];
        UNROLL for (ptrdiff_t i = 0; i < 2; i++) winograd_input_column(m, x + i * channels + first, lineStride, columns[i]);
        for (ptrdiff_t tile = 0; tile < tiles; tile++) {
            const float *pixel = x + m * tile * channels + first;
            UNROLL for (ptrdiff_t i = 2; i < m + 2; i++)
                winograd_input_column(m, pixel + i * channels, lineStride, columns[i]);
            float *target = transformed + tile * channels + first;
            UNROLL for (ptrdiff_t row = 0; row < m + 2; row++) {
                vfloat line[WINOGRAD_MOST], result[WINOGRAD_MOST];
                UNROLL for (ptrdiff_t i = 0; i < m + 2; i++) line[i] = columns[i][row];
                winograd_input_line(m, line, result);
                UNROLL for (ptrdiff_t i = 0; i < m + 2; i++)
                    store(target + (row * (m + 2) + i) * elementStride, result[i]);
            }
            // Neighbours share two columns.
            UNROLL for (ptrdiff_t i = 0; i < m + 2; i++) {
                columns[0][i] = columns[m][i];
                columns[1][i] = columns[m + 1][i];
            }
        }
    }
}

INLINE void winograd_filter(const ptrdiff_t m, const float *taps, ptrdiff_t count, float *transformed) {
    for (ptrdiff_t i = 0; i < count; i += VECTOR_WIDTH) {
        vfloat columns[3][WINOGRAD_MOST];
        UNROLL for (ptrdiff_t column = 0; column < 3; column++) {
            vfloat g[3];
            UNROLL for (ptrdiff_t row = 0; row < 3; row++) g[row] = load(taps + (row * 3 + column) * count + i);
            winograd_filter_line(m, g, columns[column]);
        }
        UNROLL for (ptrdiff_t row = 0; row < m + 2; row++) {
            const vfloat g[3] = {columns[0][row], columns[1][row], columns[2][row]};
            vfloat line[WINOGRAD_MOST];
            winograd_filter_line(m, g, line);
            UNROLL for (ptrdiff_t j = 0; j < m + 2; j++) store(transformed + (row * (m + 2) + j) * count + i, line[j]);
        }
    }
}

// A tile's m x m outputs, row-major.
INLINE void winograd_tile(
    const ptrdiff_t m, const float *products, ptrdiff_t elementStride, vfloat bias,
    vfloat output[(WINOGRAD_MOST - 2) * (WINOGRAD_MOST - 2)]) {
    vfloat columns[WINOGRAD_MOST][WINOGRAD_MOST];
    UNROLL for (ptrdiff_t column = 0; column < m + 2; column++) {
        vfloat p[WINOGRAD_MOST];
        UNROLL for (ptrdiff_t row = 0; row < m + 2; row++)
            p[row] = load(products + (row * (m + 2) + column) * elementStride);
        winograd_output_line(m, p, columns[column]);
    }
    UNROLL for (ptrdiff_t row = 0; row < m; row++) {
        vfloat p[WINOGRAD_MOST], line[WINOGRAD_MOST];
        UNROLL for (ptrdiff_t column = 0; column < m + 2; column++) p[column] = columns[column][row];
        winograd_output_line(m, p, line);
        UNROLL for (ptrdiff_t column = 0; column < m; column++) output[row * m + column] = line[column] + bias;
    }
}

INLINE void winograd_output(
    const ptrdiff_t m, const simd_winograd *tiles, ptrdiff_t tileCount, float *output, ptrdiff_t rowStride,
    ptrdiff_t columnStride, ptrdiff_t rows, ptrdiff_t columns) {
    const ptrdiff_t rowsHere = rows < m ? rows : m;
    for (ptrdiff_t channel = 0; channel < tiles->channels; channel += VECTOR_WIDTH) {
        const ptrdiff_t left = tiles->channels - channel;
        const vfloat bias = tiles->bias ? load_some(tiles->bias + channel, left) : (vfloat){0};
        for (ptrdiff_t tile = 0; tile < tileCount; tile++) {
            vfloat values[(WINOGRAD_MOST - 2) * (WINOGRAD_MOST - 2)];
            winograd_tile(m, tiles->products + tile * PANEL_WIDTH + channel, tiles->elementStride, bias, values);
            const ptrdiff_t corner = m * tile * columnStride + channel;
            const ptrdiff_t columnsHere = columns - m * tile < m ? columns - m * tile : m;
            for (ptrdiff_t row = 0; row < rowsHere; row++) {
                for (ptrdiff_t column = 0; column < columnsHere; column++) {
                    const ptrdiff_t place = corner + row * rowStride + column * columnStride;
                    vfloat value = values[row * m + column];
                    if (tiles->addend) value += load_some(tiles->addend + place, left);
                    store_some(output + place, activate_vector(value, tiles->activation), left);
                }
            }
        }
    }
    const ptrdiff_t pixels = m * tileCount < columns ? m * tileCount : columns;
    for (ptrdiff_t row = 0; row < rowsHere; row++)
        finish_rows(tiles->activation, output + row * rowStride, columnStride, pixels, tiles->channels);
}

INLINE void winograd_output_pooled(
    const ptrdiff_t m, const simd_winograd *tiles, ptrdiff_t tileCount, float *output, uint8_t *places,
    ptrdiff_t rowStride, ptrdiff_t columnStride, ptrdiff_t rows, ptrdiff_t columns) {
    const ptrdiff_t windows = m / 2;
    for (ptrdiff_t channel = 0; channel < tiles->channels; channel += VECTOR_WIDTH) {
        const ptrdiff_t left = tiles->channels - channel;
        const vfloat bias = tiles->bias ? load_some(tiles->bias + channel, left) : (vfloat){0};
        for (ptrdiff_t tile = 0; tile < tileCount; tile++) {
            vfloat values[(WINOGRAD_MOST - 2) * (WINOGRAD_MOST - 2)];
            winograd_tile(m, tiles->products + tile * PANEL_WIDTH + channel, tiles->elementStride, bias, values);
            UNROLL for (ptrdiff_t row = 0; row < windows; row++) {
                UNROLL for (ptrdiff_t column = 0; column < windows; column++) {
                    if (row >= rows || windows * tile + column >= columns) continue;
                    const vfloat *upper = values + 2 * row * m + 2 * column;
                    const vfloat window[4] = {upper[0], upper[1], upper[m], upper[m + 1]};
                    vbyte winner;
                    const vfloat best = pool_vectors(window, tiles->activation, &winner);
                    const ptrdiff_t place = row * rowStride + (windows * tile + column) * columnStride + channel;
                    store_some(output + place, best, left);
                    if (!places) continue;
                    if (left >= VECTOR_WIDTH) *(vbyte_unaligned *)(places + place) = winner;
                    else __builtin_memcpy(places + place, &winner, (size_t)left);
                }
            }
        }
    }
}

// A y: what m outputs' gradients in a line become.
INLINE void winograd_gradient_line(const ptrdiff_t m, const vfloat y[WINOGRAD_MOST], vfloat line[WINOGRAD_MOST]) {
    if (m == 2) {
        line[0] = y[0];
        line[1] = y[0] + y[1];
        line[2] = y[0] - y[1];
        line[3] = -y[1];
        return;
    }
    const vfloat even = y[0] + y[2], odd = y[1] + y[3];
    const vfloat farEven = y[0] + 4.0f * y[2], farOdd = 2.0f * y[1] + 8.0f * y[3];
    line[0] = y[0];
    line[1] = even + odd;
    line[2] = even - odd;
    line[3] = farEven + farOdd;
    line[4] = farEven - farOdd;
    line[5] = y[3];
}

// G^T p: the three taps that m + 2 sums of products in a line make.
INLINE void winograd_taps_line(const ptrdiff_t m, const vfloat p[WINOGRAD_MOST], vfloat line[WINOGRAD_MOST]) {
    const vfloat sum = p[1] + p[2], difference = p[1] - p[2];
    if (m == 2) {
        line[0] = p[0] + 0.5f * sum;
        line[1] = 0.5f * difference;
        line[2] = 0.5f * sum + p[3];
        return;
    }
    const vfloat farSum = p[3] + p[4], farDifference = p[3] - p[4];
    line[0] = 0.25f * p[0] - 1.0f / 6 * sum + 1.0f / 24 * farSum;
    line[1] = 1.0f / 12 * farDifference - 1.0f / 6 * difference;
    line[2] = 1.0f / 6 * (farSum - sum) + p[5];
}

INLINE void winograd_gradient(
    const ptrdiff_t m, const float *y, ptrdiff_t lineStride, ptrdiff_t channels, ptrdiff_t tiles, float *transformed,
    ptrdiff_t elementStride) {
    for (ptrdiff_t channel = 0; channel < channels; channel += VECTOR_WIDTH) {
        const ptrdiff_t first = channel + VECTOR_WIDTH <= channels ? channel : channels - VECTOR_WIDTH;
        for (ptrdiff_t tile = 0; tile < tiles; tile++) {
            const float *pixel = y + m * tile * channels + first;
            vfloat columns[WINOGRAD_MOST][WINOGRAD_MOST];
            UNROLL for (ptrdiff_t i = 0; i < m; i++) {
                vfloat pixels[WINOGRAD_MOST];
                UNROLL for (ptrdiff_t row = 0; row < m; row++) pixels[row] = load(pixel + i * channels + row * lineStride);
                winograd_gradient_line(m, pixels, columns[i]);
            }
            float *target = transformed + tile * channels + first;
            UNROLL for (ptrdiff_t row = 0; row < m + 2; row++) {
                vfloat line[WINOGRAD_MOST], result[WINOGRAD_MOST];
                UNROLL for (ptrdiff_t i = 0; i < m; i++) line[i] = columns[i][row];
                winograd_gradient_line(m, line, result);
                UNROLL for (ptrdiff_t i = 0; i < m + 2; i++)
                    store(target + (row * (m + 2) + i) * elementStride, result[i]);
            }
        }
    }
}

INLINE void winograd_filter_gradient(
    const ptrdiff_t m, const float *products, ptrdiff_t elementStride, ptrdiff_t count, float *taps, ptrdiff_t tapStride) {
    for (ptrdiff_t i = 0; i < count; i += VECTOR_WIDTH) {
        const ptrdiff_t left = count - i;
        vfloat columns[WINOGRAD_MOST][3];
        UNROLL for (ptrdiff_t column = 0; column < m + 2; column++) {
            vfloat p[WINOGRAD_MOST];
            UNROLL for (ptrdiff_t row = 0; row < m + 2; row++)
                p[row] = load_some(products + (row * (m + 2) + column) * elementStride + i, left);
            winograd_taps_line(m, p, columns[column]);
        }
        UNROLL for (ptrdiff_t row = 0; row < 3; row++) {
            vfloat p[WINOGRAD_MOST], line[WINOGRAD_MOST];
            UNROLL for (ptrdiff_t column = 0; column < m + 2; column++) p[column] = columns[column][row];
            winograd_taps_line(m, p, line);
            UNROLL for (ptrdiff_t column = 0; column < 3; column++)
                store_some(taps + (row * 3 + column) * tapStride + i, line[column], left);
        }
    }
}

#define WINOGRAD_FOR(M) \
    static void winograd_input_##M( \
        const float *x, ptrdiff_t lineStride, ptrdiff_t channels, ptrdiff_t tiles, float *transformed, \
        ptrdiff_t elementStride) { \
        winograd_input(M, x, lineStride, channels, tiles, transformed, elementStride); \
    } \
    static void winograd_filter_##M(const float *taps, ptrdiff_t count, float *transformed) { \
        winograd_filter(M, taps, count, transformed); \
    } \
    static void winograd_output_##M( \
        const simd_winograd *tiles, ptrdiff_t tileCount, float *output, ptrdiff_t rowStride, ptrdiff_t columnStride, \
        ptrdiff_t rows, ptrdiff_t columns) { \
        winograd_output(M, tiles, tileCount, output, rowStride, columnStride, rows, columns); \
    } \
    static void winograd_output_pooled_##M( \
        const simd_winograd *tiles, ptrdiff_t tileCount, float *output, uint8_t *places, ptrdiff_t rowStride, \
        ptrdiff_t columnStride, ptrdiff_t rows, ptrdiff_t columns) { \
        winograd_output_pooled(M, tiles, tileCount, output, places, rowStride, columnStride, rows, columns); \
    } \
    static void winograd_gradient_##M( \
        const float *y, ptrdiff_t lineStride, ptrdiff_t channels, ptrdiff_t tiles, float *transformed, \
        ptrdiff_t elementStride) { \
        winograd_gradient(M, y, lineStride, channels, tiles, transformed, elementStride); \
    } \
    static void winograd_filter_gradient_##M( \
        const float *products, ptrdiff_t elementStride, ptrdiff_t count, float *taps, ptrdiff_t tapStride) { \
        winograd_filter_gradient(M, products, elementStride, count, taps, tapStride); \
    }

WINOGRAD_FOR(2)
WINOGRAD_FOR(4)

#define WINOGRAD_TABLE(M) { \
    winograd_input_##M, winograd_filter_##M, winograd_output_##M, winograd_output_pooled_##M, winograd_gradient_##M, \
    winograd_filter_gradient_##M}
