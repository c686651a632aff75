// Winograd's minimal filtering F(2 x 2, 3 x 3) (Lavin & Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR
// 2016): 16 products for a tile of 2 x 2 outputs that would take 36. The transforms here are additions and halves; in
// between are 16 matrix products, one for each element of a transformed 4 x 4 tile.

// Columns of B^T d: what four pixels one below the other become.
INLINE void winograd_column(const float *x, ptrdiff_t lineStride, vfloat column[4]) {
    const vfloat d0 = load(x), d1 = load(x + lineStride), d2 = load(x + 2 * lineStride), d3 = load(x + 3 * lineStride);
    column[0] = d0 - d2;
    column[1] = d1 + d2;
    column[2] = d2 - d1;
    column[3] = d1 - d3;
}

static void winograd_input(
    const float *x, ptrdiff_t lineStride, ptrdiff_t channels, ptrdiff_t tiles, float *transformed,
    ptrdiff_t elementStride) {
    for (ptrdiff_t channel = 0; channel < channels; channel += VECTOR_WIDTH) {
        // The last vector overlaps the one before it, so that no channel past the end is read.
        const ptrdiff_t first = channel + VECTOR_WIDTH <= channels ? channel : channels - VECTOR_WIDTH;
        vfloat columns[4][4];
        winograd_column(x + first, lineStride, columns[0]);
        winograd_column(x + channels + first, lineStride, columns[1]);
        for (ptrdiff_t tile = 0; tile < tiles; tile++) {
            const float *pixel = x + (2 * tile + 2) * channels + first;
            winograd_column(pixel, lineStride, columns[2]);
            winograd_column(pixel + channels, lineStride, columns[3]);
            float *target = transformed + tile * channels + first;
            UNROLL for (ptrdiff_t row = 0; row < 4; row++) {
                float *line = target + row * 4 * elementStride;
                store(line, columns[0][row] - columns[2][row]);
                store(line + elementStride, columns[1][row] + columns[2][row]);
                store(line + 2 * elementStride, columns[2][row] - columns[1][row]);
                store(line + 3 * elementStride, columns[1][row] - columns[3][row]);
                columns[0][row] = columns[2][row];
                columns[1][row] = columns[3][row];
            }
        }
    }
}

static void winograd_filter(const float *taps, ptrdiff_t count, float *transformed) {
    for (ptrdiff_t i = 0; i < count; i += VECTOR_WIDTH) {
        // G g, then (G g) G^T.
        vfloat rows[4][3];
        UNROLL for (ptrdiff_t column = 0; column < 3; column++) {
            const vfloat g0 = load(taps + column * count + i), g1 = load(taps + (3 + column) * count + i);
            const vfloat g2 = load(taps + (6 + column) * count + i);
            rows[0][column] = g0;
            rows[1][column] = 0.5f * (g0 + g1 + g2);
            rows[2][column] = 0.5f * (g0 - g1 + g2);
            rows[3][column] = g2;
        }
        UNROLL for (ptrdiff_t row = 0; row < 4; row++) {
            const vfloat g0 = rows[row][0], g1 = rows[row][1], g2 = rows[row][2];
            float *line = transformed + 4 * row * count + i;
            store(line, g0);
            store(line + count, 0.5f * (g0 + g1 + g2));
            store(line + 2 * count, 0.5f * (g0 - g1 + g2));
            store(line + 3 * count, g2);
        }
    }
}

// A^T m A: the tile's 2 x 2 outputs, row-major.
INLINE void winograd_tile(const float *m, ptrdiff_t elementStride, vfloat bias, vfloat output[4]) {
    vfloat upper[4], lower[4];
    UNROLL for (ptrdiff_t column = 0; column < 4; column++) {
        const float *p = m + column * elementStride;
        const vfloat m0 = load(p), m1 = load(p + 4 * elementStride), m2 = load(p + 8 * elementStride);
        const vfloat m3 = load(p + 12 * elementStride);
        upper[column] = m0 + m1 + m2;
        lower[column] = m1 - m2 - m3;
    }
    output[0] = upper[0] + upper[1] + upper[2] + bias;
    output[1] = upper[1] - upper[2] - upper[3] + bias;
    output[2] = lower[0] + lower[1] + lower[2] + bias;
    output[3] = lower[1] - lower[2] - lower[3] + bias;
}

INLINE void store_some(float *p, vfloat value, ptrdiff_t count) {
    if (count >= VECTOR_WIDTH) store(p, value); else store_part(p, value, count);
}

static void winograd_output(
    const simd_winograd *tiles, ptrdiff_t tileCount, float *output, ptrdiff_t rowStride, ptrdiff_t columnStride,
    ptrdiff_t rows, ptrdiff_t columns) {
    for (ptrdiff_t channel = 0; channel < tiles->channels; channel += VECTOR_WIDTH) {
        const ptrdiff_t left = tiles->channels - channel;
        const vfloat bias = !tiles->bias ? (vfloat){0}
            : left >= VECTOR_WIDTH ? load(tiles->bias + channel) : load_part(tiles->bias + channel, left);
        for (ptrdiff_t tile = 0; tile < tileCount; tile++) {
            vfloat values[4];
            winograd_tile(
                tiles->products + tile * PANEL_WIDTH + channel, tiles->elementStride, bias, values);
            float *place = output + 2 * tile * columnStride + channel;
            for (ptrdiff_t row = 0; row < 2 && row < rows; row++) {
                for (ptrdiff_t column = 0; column < 2 && 2 * tile + column < columns; column++)
                    store_some(
                        place + row * rowStride + column * columnStride,
                        activate_vector(values[2 * row + column], tiles->activation), left);
            }
        }
    }
}

static void winograd_output_pooled(
    const simd_winograd *tiles, ptrdiff_t tileCount, float *output, uint8_t *places, ptrdiff_t stride) {
    for (ptrdiff_t channel = 0; channel < tiles->channels; channel += VECTOR_WIDTH) {
        const ptrdiff_t left = tiles->channels - channel;
        const vfloat bias = !tiles->bias ? (vfloat){0}
            : left >= VECTOR_WIDTH ? load(tiles->bias + channel) : load_part(tiles->bias + channel, left);
        for (ptrdiff_t tile = 0; tile < tileCount; tile++) {
            vfloat values[4];
            winograd_tile(
                tiles->products + tile * PANEL_WIDTH + channel, tiles->elementStride, bias, values);
            vbyte winner;
            const vfloat best = pool_vectors(values, tiles->activation, &winner);
            store_some(output + tile * stride + channel, best, left);
            if (places) {
                const size_t bytes = (size_t)(left < VECTOR_WIDTH ? left : VECTOR_WIDTH);
                if (left >= VECTOR_WIDTH) *(vbyte_unaligned *)(places + tile * stride + channel) = winner;
                else __builtin_memcpy(places + tile * stride + channel, &winner, bytes);
            }
        }
    }
}
