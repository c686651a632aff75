// Products in the manner of Goto and van de Geijn ("Anatomy of High-Performance Matrix Multiplication", 2008): a tile of
// TILE_ROWS x PANEL_VECTORS accumulators stays in registers while k runs; each step loads a row of `b` and broadcasts
// one value of each row of `a`.

#define PANEL_WIDTH (PANEL_VECTORS * VECTOR_WIDTH)

// Rows of `a` are reached from one pointer for each three rows, plus 0, 1 or 2 strides: x86 has registers for no more.
#define CACHE_LINE 16
#define ROW_GROUPS ((TILE_ROWS + 2) / 3)

INLINE void accumulate_tile(
    const simd_product *restrict product, ptrdiff_t aOffset, const float *fetched, const ptrdiff_t rows,
    const ptrdiff_t vectors, vfloat sum[TILE_ROWS][PANEL_VECTORS]) {
    const float *b = product->b;
    // One cache line a step; without anything to fetch, one that is there.
    const ptrdiff_t fetchStep = fetched ? CACHE_LINE : 0;
    if (!fetched) fetched = b;
    const ptrdiff_t bStride = product->bStride, rowStride = product->rowStride;
    const ptrdiff_t runLength = product->runLength;
    for (ptrdiff_t run = 0; run < product->runCount; run++) {
        const float *a[ROW_GROUPS];
        UNROLL for (ptrdiff_t group = 0; group < ROW_GROUPS; group++)
            a[group] = product->runs[run] + aOffset + group * 3 * rowStride;
        for (ptrdiff_t k = 0; k < runLength; k++) {
            vfloat row[PANEL_VECTORS];
            UNROLL for (ptrdiff_t j = 0; j < vectors; j++) row[j] = load(b + j * VECTOR_WIDTH);
            UNROLL for (ptrdiff_t i = 0; i < rows; i++) {
                const float value = a[i / 3][i % 3 * rowStride];
                UNROLL for (ptrdiff_t j = 0; j < vectors; j++) sum[i][j] += value * row[j];
            }
            UNROLL for (ptrdiff_t group = 0; group < ROW_GROUPS; group++) a[group]++;
            b += bStride;
            __builtin_prefetch(fetched, 0, 2);
            fetched += fetchStep;
        }
    }
}

INLINE void start_tile(
    const simd_product *restrict product, const ptrdiff_t rows, const ptrdiff_t vectors,
    vfloat sum[TILE_ROWS][PANEL_VECTORS]) {
    UNROLL for (ptrdiff_t j = 0; j < vectors; j++) {
        vfloat first = {0};
        if (product->bias) {
            const ptrdiff_t left = product->columns - j * VECTOR_WIDTH;
            const float *bias = product->bias + j * VECTOR_WIDTH;
            first = left >= VECTOR_WIDTH ? load(bias) : load_part(bias, left > 0 ? left : 0);
        }
        UNROLL for (ptrdiff_t i = 0; i < rows; i++) sum[i][j] = first;
    }
}

INLINE void multiply_tile(
    const simd_product *restrict product, ptrdiff_t row, const float *fetched, const ptrdiff_t rows,
    const ptrdiff_t vectors) {
    vfloat sum[TILE_ROWS][PANEL_VECTORS];
    start_tile(product, rows, vectors, sum);
    accumulate_tile(product, row * product->rowStride, fetched, rows, vectors, sum);
    const ptrdiff_t columns = product->columns, stride = product->outputStride;
    const bool isWhole = columns == vectors * VECTOR_WIDTH;
    if (product->addend) {
        const float *addend = product->addend + row * stride;
        if (isWhole) {
            UNROLL for (ptrdiff_t i = 0; i < rows; i++) {
                UNROLL for (ptrdiff_t j = 0; j < vectors; j++) sum[i][j] += load(addend + i * stride + j * VECTOR_WIDTH);
            }
        } else {
            UNROLL for (ptrdiff_t i = 0; i < rows; i++) {
                UNROLL for (ptrdiff_t j = 0; j < vectors; j++) {
                    const ptrdiff_t count = columns - j * VECTOR_WIDTH;
                    if (count > 0) sum[i][j] += load_some(addend + i * stride + j * VECTOR_WIDTH, count);
                }
            }
        }
    }
    const simd_activation activation = product->activation;
    if (!is_clamp(activation)) {
        UNROLL for (ptrdiff_t i = 0; i < rows; i++) {
            UNROLL for (ptrdiff_t j = 0; j < vectors; j++) sum[i][j] = activate_vector(sum[i][j], activation);
        }
    }
    const simd_clamp clamp = clamp_of(activation);
    float *output = product->output + row * stride;
    if (isWhole) {
        UNROLL for (ptrdiff_t i = 0; i < rows; i++) {
            UNROLL for (ptrdiff_t j = 0; j < vectors; j++)
                store(output + i * stride + j * VECTOR_WIDTH, clamp_vector(sum[i][j], clamp));
        }
    } else {
        UNROLL for (ptrdiff_t i = 0; i < rows; i++) {
            UNROLL for (ptrdiff_t j = 0; j < vectors; j++) {
                // Of two vectors the first is whole; of four the last may have no column at all.
                const bool isWholeVector = PANEL_VECTORS == 2 && j < vectors - 1;
                const ptrdiff_t count = isWholeVector ? VECTOR_WIDTH : columns - j * VECTOR_WIDTH;
                if (count > 0)
                    store_some(output + i * stride + j * VECTOR_WIDTH, clamp_vector(sum[i][j], clamp), count);
            }
        }
    }
    finish_rows(activation, output, stride, rows, columns);
}

#if TILE_ROWS > 6
#define LARGER_TILES(CASE) CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12) CASE(13) CASE(14)
#else
#define LARGER_TILES(CASE)
#endif
#define EACH_TILE(CASE) CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) LARGER_TILES(CASE)

static void multiply(const simd_product *product, ptrdiff_t rows) {
    // Tiles of nearly one size: none is so small that its few accumulators wait for each other.
    const ptrdiff_t tiles = (rows + TILE_ROWS - 1) / TILE_ROWS;
    if (tiles == 0) return;
    const ptrdiff_t least = rows / tiles, larger = rows % tiles;
    for (ptrdiff_t tile = 0, row = 0, tileRows; tile < tiles; tile++, row += tileRows) {
        tileRows = tile < larger ? least + 1 : least;
        // A panel's row takes PANEL_WIDTH / CACHE_LINE lines, of which each tile fetches one.
        const float *fetched =
            product->next && tile * CACHE_LINE < PANEL_WIDTH
            ? product->next + tile * CACHE_LINE * product->runCount * product->runLength : NULL;
        if (product->columns > VECTOR_WIDTH) {
            switch (tileRows) {
#define CASE(count) case count: multiply_tile(product, row, fetched, count, PANEL_VECTORS); break;
                EACH_TILE(CASE)
#undef CASE
            }
        } else {
            switch (tileRows) {
#define CASE(count) case count: multiply_tile(product, row, fetched, count, 1); break;
                EACH_TILE(CASE)
#undef CASE
            }
        }
    }
}
