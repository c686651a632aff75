// Sums of scaled rows, the scale and place of each in a list: the gradients behind a max-pooling, of which at least
// three quarters are zero, cost only what is not.

// Accumulators of one pass: 12 of AVX2's 16 registers leave room for the operands.
#define SPARSE_VECTORS (TILE_ROWS * PANEL_VECTORS > 12 ? 24 : 12)

INLINE void scaled_block(
    const float *x, const simd_entry *entries, ptrdiff_t count, float *output,
    const ptrdiff_t vectors) {
    vfloat sum[SPARSE_VECTORS];
    UNROLL for (ptrdiff_t j = 0; j < vectors; j++) sum[j] = load(output + j * VECTOR_WIDTH);
    for (ptrdiff_t i = 0; i < count; i++) {
        const float *row = x + entries[i].offset;
        const float factor = entries[i].scale;
        UNROLL for (ptrdiff_t j = 0; j < vectors; j++) sum[j] += factor * load(row + j * VECTOR_WIDTH);
    }
    UNROLL for (ptrdiff_t j = 0; j < vectors; j++) store(output + j * VECTOR_WIDTH, sum[j]);
}

INLINE void scaled_rest(
    const float *x, const simd_entry *entries, ptrdiff_t count, float *output, ptrdiff_t length) {
    for (ptrdiff_t j = 0; j < length; j++) {
        float sum = output[j];
        for (ptrdiff_t i = 0; i < count; i++) sum += entries[i].scale * x[entries[i].offset + j];
        output[j] = sum;
    }
}

INLINE void accumulate_scaled_inline(
    const float *x, const simd_entry *entries, ptrdiff_t count, float *output, ptrdiff_t length) {
    ptrdiff_t done = 0;
    while (length - done >= VECTOR_WIDTH) {
        const ptrdiff_t vectors = (length - done) / VECTOR_WIDTH;
        ptrdiff_t used;
        if (vectors >= SPARSE_VECTORS) {
            scaled_block(x + done, entries, count, output + done, used = SPARSE_VECTORS);
        } else if (vectors >= 12) {
            scaled_block(x + done, entries, count, output + done, used = 12);
        } else if (vectors >= 6) {
            scaled_block(x + done, entries, count, output + done, used = 6);
        } else if (vectors >= 3) {
            scaled_block(x + done, entries, count, output + done, used = 3);
        } else {
            scaled_block(x + done, entries, count, output + done, used = 1);
        }
        done += used * VECTOR_WIDTH;
    }
    scaled_rest(x + done, entries, count, output + done, length - done);
}

// Rows of fewer than two vectors, as the kernel rows of an RGB picture: several runs at once, the last vector overlapping
// the one before, so that no load leaves the row. In vectors of four floats where a whole one does not fit.
#define SHORT_RUNS 3

#define DEFINE_SHORT_ROWS(NAME, VECTOR, UNALIGNED, MOST) \
    INLINE void NAME( \
        const simd_row *runs, const simd_entry *entries, ptrdiff_t count, float *output, ptrdiff_t length, \
        const ptrdiff_t runCount, const ptrdiff_t vectors) { \
        const ptrdiff_t width = sizeof(VECTOR) / 4, last = length - width; \
        VECTOR sum[SHORT_RUNS][MOST]; \
        UNROLL for (ptrdiff_t r = 0; r < runCount; r++) { \
            UNROLL for (ptrdiff_t j = 0; j < vectors; j++) \
                sum[r][j] = *(const UNALIGNED *)(output + r * length + (j == vectors - 1 ? last : j * width)); \
        } \
        for (ptrdiff_t i = 0; i < count; i++) { \
            const float factor = entries[i].scale; \
            UNROLL for (ptrdiff_t r = 0; r < runCount; r++) { \
                const float *row = runs[r] + entries[i].offset; \
                UNROLL for (ptrdiff_t j = 0; j < vectors; j++) \
                    sum[r][j] += factor * *(const UNALIGNED *)(row + (j == vectors - 1 ? last : j * width)); \
            } \
        } \
        UNROLL for (ptrdiff_t r = 0; r < runCount; r++) { \
            UNROLL for (ptrdiff_t j = 0; j < vectors; j++) \
                *(UNALIGNED *)(output + r * length + (j == vectors - 1 ? last : j * width)) = sum[r][j]; \
        } \
    }
DEFINE_SHORT_ROWS(short_rows_of_vectors, vfloat, vfloat_unaligned, 2)
DEFINE_SHORT_ROWS(short_rows_of_quads, quad, quad_unaligned, 4)

INLINE void short_runs(
    const simd_row *runs, const simd_entry *entries, ptrdiff_t count, float *output, ptrdiff_t length,
    const ptrdiff_t runCount) {
    if (length >= VECTOR_WIDTH && length < 2 * VECTOR_WIDTH) {
        short_rows_of_vectors(runs, entries, count, output, length, runCount, 2);
        return;
    }
    switch ((length + 3) / 4) {
    case 1: short_rows_of_quads(runs, entries, count, output, length, runCount, 1); break;
    case 2: short_rows_of_quads(runs, entries, count, output, length, runCount, 2); break;
    case 3: short_rows_of_quads(runs, entries, count, output, length, runCount, 3); break;
    default: short_rows_of_quads(runs, entries, count, output, length, runCount, 4); break;
    }
}

static void accumulate_scaled(
    const simd_row *runs, ptrdiff_t runCount, const simd_entry *entries, ptrdiff_t count,
    float *output, ptrdiff_t length) {
    ptrdiff_t run = 0;
    if (length >= 4 && length <= 16 && length % VECTOR_WIDTH != 0) {
        for (; run + SHORT_RUNS <= runCount; run += SHORT_RUNS)
            short_runs(runs + run, entries, count, output + run * length, length, SHORT_RUNS);
        for (; run < runCount; run++)
            short_runs(runs + run, entries, count, output + run * length, length, 1);
    }
    for (; run < runCount; run++)
        accumulate_scaled_inline(runs[run], entries, count, output + run * length, length);
}

static void accumulate_lists(
    const float *x, const simd_entry *entries, const int32_t *starts, ptrdiff_t lists, float *output,
    ptrdiff_t outputStride, ptrdiff_t length) {
    for (ptrdiff_t i = 0; i < lists; i++)
        accumulate_scaled_inline(
            x, entries + starts[i], starts[i + 1] - starts[i], output + i * outputStride, length);
}

// Both sorts write each entry in any case and count it if it is wanted: branches would be mispredicted half of the time.

static void list_by_channel(
    const float *gradient, const uint8_t *place, ptrdiff_t stride, ptrdiff_t pixels, ptrdiff_t channels,
    int32_t firstOffset, int32_t pixelStride, const int32_t *placeOffsets, simd_entry *entries, ptrdiff_t capacity,
    int32_t *counts) {
    const int32_t offsets[4] = {placeOffsets[0], placeOffsets[1], placeOffsets[2], placeOffsets[3]};
    for (ptrdiff_t pixel = 0; pixel < pixels; pixel++) {
        const int32_t pixelOffset = firstOffset + (int32_t)pixel * pixelStride;
        const float *pixelGradient = gradient + pixel * stride;
        const uint8_t *pixelPlace = place + pixel * stride;
        for (ptrdiff_t channel = 0; channel < channels; channel++) {
            const float value = pixelGradient[channel];
            const int32_t count = counts[channel];
            entries[channel * capacity + count] = (simd_entry){pixelOffset + offsets[pixelPlace[channel] & 3], value};
            counts[channel] = count + (value != 0);
        }
    }
}

static void list_by_place(
    const float *gradient, const uint8_t *place, ptrdiff_t stride, ptrdiff_t pixels, ptrdiff_t channels,
    int32_t channelStride, simd_entry *entries, int32_t *starts, simd_entry *scratch) {
    const ptrdiff_t room = SIMD_LIST_ROOM(1, channels);
    int32_t used[2] = {0, 0};
    for (ptrdiff_t pixel = 0; pixel < pixels; pixel++) {
        const float *pixelGradient = gradient + pixel * stride;
        const uint8_t *pixelPlace = place + pixel * stride;
        // Four counts of 16 bits in one register: counts in memory would wait for each other.
        uint64_t counts = 0;
        for (ptrdiff_t channel = 0; channel < channels; channel++) {
            const float value = pixelGradient[channel];
            const unsigned winner = pixelPlace[channel] & 3;
            scratch[winner * room + (ptrdiff_t)(counts >> winner * 16 & 0xFFFF)] =
                (simd_entry){(int32_t)channel * channelStride, value};
            counts += (uint64_t)(value != 0) << winner * 16;
        }
        for (ptrdiff_t winner = 0; winner < 4; winner++) {
            const ptrdiff_t line = winner / 2;
            const int32_t count = counts >> winner * 16 & 0xFFFF;
            simd_entry *list = entries + line * SIMD_LIST_ROOM(pixels, channels) + used[line];
            starts[line * (2 * pixels + 1) + 2 * pixel + winner % 2] = used[line];
            for (ptrdiff_t i = 0; i < count; i += 4)
                __builtin_memcpy(list + i, scratch + winner * room + i, 4 * sizeof(simd_entry));
            used[line] += count;
        }
    }
    for (ptrdiff_t line = 0; line < 2; line++) starts[line * (2 * pixels + 1) + 2 * pixels] = used[line];
}
