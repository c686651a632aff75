// What bounds every other kernel: multiply-adds that wait for no memory, and memory that waits for no multiply-add.

static ptrdiff_t multiply_add(ptrdiff_t rounds, float factor, float *result) {
    // As many accumulators as a product's tile, each with the next round in its chain.
    vfloat sum[TILE_ROWS * PANEL_VECTORS];
    UNROLL for (ptrdiff_t i = 0; i < TILE_ROWS * PANEL_VECTORS; i++) sum[i] = (vfloat){0} + (float)i;
    const vfloat scale = (vfloat){0} + factor, shift = scale + 1.0f;
    for (ptrdiff_t round = 0; round < rounds; round++) {
        UNROLL for (ptrdiff_t i = 0; i < TILE_ROWS * PANEL_VECTORS; i++) sum[i] = sum[i] * scale + shift;
    }
    UNROLL for (ptrdiff_t i = 1; i < TILE_ROWS * PANEL_VECTORS; i++) sum[0] += sum[i];
    store(result, sum[0]);
    return rounds * (TILE_ROWS * PANEL_VECTORS * VECTOR_WIDTH * 2);
}

static void read_memory(const float *x, ptrdiff_t count, float *result) {
    vfloat sum[4] = {{0}};
    for (ptrdiff_t i = 0; i + 4 * VECTOR_WIDTH <= count; i += 4 * VECTOR_WIDTH) {
        UNROLL for (ptrdiff_t j = 0; j < 4; j++) sum[j] += load(x + i + j * VECTOR_WIDTH);
    }
    store(result, sum[0] + sum[1] + (sum[2] + sum[3]));
}
