// A product whose rows are pixels, followed by 2 x 2 max-pooling: two lines of a tile's pixels are computed, pooled in
// the first-level cache and stored, so that the full-sized output never exists.

#define POOLED_ROWS (TILE_ROWS / 2)

// The largest of four values after activation, and its index, the first of equals. They are activated before they are
// compared, so that the winner is the same as without fusion, zeros included.
INLINE vfloat pool_vectors(const vfloat values[4], simd_activation activation, vbyte *winner) {
    vfloat best = activate_vector(values[0], activation);
    vint place = {0};
    UNROLL for (int32_t candidate = 1; candidate < 4; candidate++) {
        vfloat value = values[candidate];
        // What ReLU makes zero is not greater than `best`, which is zero or more, anyway.
        if (activation == simd_relu6) value = activate_vector(value, activation);
        const vint greater = value > best;
        best = select(greater, value, best);
        place = (greater & candidate) | (~greater & place);
    }
    *winner = __builtin_convertvector(place, vbyte);
    return best;
}

INLINE void multiply_line(
    const simd_product *restrict product, ptrdiff_t aOffset, const ptrdiff_t rows, float *restrict line) {
    vfloat sum[TILE_ROWS][PANEL_VECTORS];
    start_tile(product, rows, PANEL_VECTORS, sum);
    accumulate_tile(product, aOffset, NULL, rows, PANEL_VECTORS, sum);
    UNROLL for (ptrdiff_t i = 0; i < rows; i++) {
        UNROLL for (ptrdiff_t j = 0; j < PANEL_VECTORS; j++) {
            store(line + i * PANEL_WIDTH + j * VECTOR_WIDTH, sum[i][j]);
        }
    }
}

INLINE void pooled_tile(
    const simd_product *restrict product, const simd_pooling *restrict pooling, ptrdiff_t row, const ptrdiff_t rows) {
    float upper[TILE_ROWS * PANEL_WIDTH], lower[TILE_ROWS * PANEL_WIDTH];
    const ptrdiff_t aOffset = 2 * row * product->rowStride;
    multiply_line(product, aOffset, 2 * rows, upper);
    multiply_line(product, aOffset + pooling->lineStride, 2 * rows, lower);
    const ptrdiff_t columns = product->columns;
    const simd_activation activation = product->activation;
    for (ptrdiff_t i = 0; i < rows; i++) {
        float *output = product->output + (row + i) * product->outputStride;
        uint8_t *place = pooling->place ? pooling->place + (row + i) * product->outputStride : NULL;
        for (ptrdiff_t column = 0; column < columns; column += VECTOR_WIDTH) {
            const float *up = upper + 2 * i * PANEL_WIDTH + column, *low = lower + 2 * i * PANEL_WIDTH + column;
            const vfloat values[4] = {load(up), load(up + PANEL_WIDTH), load(low), load(low + PANEL_WIDTH)};
            vbyte winnerBytes;
            const vfloat best = pool_vectors(values, activation, &winnerBytes);
            const ptrdiff_t left = columns - column;
            if (left >= VECTOR_WIDTH) {
                store(output + column, best);
                if (place) *(vbyte_unaligned *)(place + column) = winnerBytes;
            } else {
                store_part(output + column, best, left);
                if (place) __builtin_memcpy(place + column, &winnerBytes, (size_t)left);
            }
        }
    }
}

#if TILE_ROWS > 6
#define LARGER_POOLED_TILES(CASE) CASE(4) CASE(5) CASE(6) CASE(7)
#else
#define LARGER_POOLED_TILES(CASE)
#endif

static void multiply_pooled(const simd_product *product, const simd_pooling *pooling, ptrdiff_t rows) {
    const ptrdiff_t tiles = (rows + POOLED_ROWS - 1) / POOLED_ROWS;
    for (ptrdiff_t tile = 0; tile < tiles; tile++) {
        const ptrdiff_t row = rows * tile / tiles, tileRows = rows * (tile + 1) / tiles - row;
        switch (tileRows) {
#define CASE(count) case count: pooled_tile(product, pooling, row, count); break;
            CASE(1) CASE(2) CASE(3) LARGER_POOLED_TILES(CASE)
#undef CASE
        }
    }
}
