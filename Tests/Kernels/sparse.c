#include "check.h"

static const int32_t PLACE_OFFSETS[4] = {0, 10, 200, 210};

static void test_list_by_channel(ptrdiff_t channels, ptrdiff_t pixels) {
    describe("%td channels, %td pixels", channels, pixels);
    const ptrdiff_t stride = channels + 1, capacity = SIMD_LIST_ROOM(2 * pixels, 1);
    simd_entry *entries = zeroed(channels * capacity * (ptrdiff_t)sizeof(simd_entry));
    int32_t *counts = zeroed(channels * 4);
    // Two lines: the second is appended to the first.
    for (int line = 0; line < 2; line++) {
        const float *gradient = sparse_floats(pixels * stride);
        const uint8_t *place = random_bytes(pixels * stride, 4);
        int32_t *before = zeroed(channels * 4);
        memcpy(before, counts, (size_t)channels * 4);
        kernels->listByChannel(
            gradient, place, stride, pixels, channels, 1000 * line, 20, PLACE_OFFSETS, entries, capacity, counts);
        bool isRight = true;
        for (ptrdiff_t c = 0; c < channels; c++) {
            ptrdiff_t count = before[c];
            for (ptrdiff_t i = 0; i < pixels; i++) {
                const float value = gradient[i * stride + c];
                if (value == 0) continue;
                const simd_entry entry = entries[c * capacity + count++];
                const int32_t offset = 1000 * line + (int32_t)i * 20 + PLACE_OFFSETS[place[i * stride + c]];
                isRight = isRight && entry.offset == offset && entry.scale == value;
            }
            isRight = isRight && count == counts[c];
        }
        expect_true("listByChannel", isRight);
    }
}

static void test_list_by_place(ptrdiff_t channels, ptrdiff_t pixels) {
    describe("%td channels, %td pixels", channels, pixels);
    const ptrdiff_t stride = channels + 2, room = SIMD_LIST_ROOM(pixels, channels);
    const float *gradient = sparse_floats(pixels * stride);
    const uint8_t *place = random_bytes(pixels * stride, 4);
    simd_entry *entries = zeroed(2 * room * (ptrdiff_t)sizeof(simd_entry));
    simd_entry *scratch = zeroed(4 * SIMD_LIST_ROOM(1, channels) * (ptrdiff_t)sizeof(simd_entry));
    int32_t *starts = zeroed(2 * (2 * pixels + 1) * 4);
    kernels->listByPlace(gradient, place, stride, pixels, channels, 9, entries, starts, scratch);
    bool isRight = true;
    for (ptrdiff_t line = 0; line < 2; line++) {
        int32_t count = 0;
        for (ptrdiff_t list = 0; list < 2 * pixels; list++) {
            isRight = isRight && starts[line * (2 * pixels + 1) + list] == count;
            for (ptrdiff_t c = 0; c < channels; c++) {
                const ptrdiff_t from = list / 2 * stride + c;
                if (gradient[from] == 0 || place[from] != 2 * line + list % 2) continue;
                const simd_entry entry = entries[line * room + count++];
                isRight = isRight && entry.offset == c * 9 && entry.scale == gradient[from];
            }
        }
        isRight = isRight && starts[line * (2 * pixels + 1) + 2 * pixels] == count;
    }
    expect_true("listByPlace", isRight);
}

static simd_entry *random_entries(ptrdiff_t count, int32_t limit) {
    simd_entry *entries = zeroed(count * (ptrdiff_t)sizeof(simd_entry));
    for (ptrdiff_t i = 0; i < count; i++) entries[i] = (simd_entry){(int32_t)(random_word() % (unsigned)limit), random_float()};
    return entries;
}

static void test_accumulate_scaled(ptrdiff_t length, ptrdiff_t runCount) {
    describe("%td runs of %td", runCount, length);
    enum { ENTRIES = 13, OFFSETS = 50 };
    simd_row runs[8];
    for (ptrdiff_t r = 0; r < runCount; r++) runs[r] = random_floats(OFFSETS + length);
    const simd_entry *entries = random_entries(ENTRIES, OFFSETS);
    float *output = output_floats(runCount * length);
    double *expected = zeroed(runCount * length * 8);
    for (ptrdiff_t i = 0; i < runCount * length; i++) {
        expected[i] = output[i] = random_float();
        for (int e = 0; e < ENTRIES; e++) expected[i] += (double)entries[e].scale * runs[i / length][entries[e].offset + i % length];
    }
    kernels->accumulateScaled(runs, runCount, entries, ENTRIES, output, length);
    expect_floats("accumulateScaled", output, expected, runCount * length, 1e-5);
}

static void test_accumulate_lists(ptrdiff_t length) {
    describe("rows of %td", length);
    enum { OFFSETS = 50, LISTS = 5 };
    static const int32_t starts[LISTS + 1] = {0, 3, 3, 4, 20, 21};
    const simd_entry *entries = random_entries(starts[LISTS], OFFSETS);
    const float *x = random_floats(OFFSETS + length);
    const ptrdiff_t stride = length + 3, count = (LISTS - 1) * stride + length;
    float *output = output_floats(count);
    double *expected = zeroed(count * 8);
    for (ptrdiff_t i = 0; i < count; i++) expected[i] = NAN;
    for (ptrdiff_t list = 0; list < LISTS; list++)
        for (ptrdiff_t j = 0; j < length; j++) {
            const ptrdiff_t place = list * stride + j;
            expected[place] = output[place] = random_float();
            for (int32_t e = starts[list]; e < starts[list + 1]; e++)
                expected[place] += (double)entries[e].scale * x[entries[e].offset + j];
        }
    kernels->accumulateLists(x, entries, starts, LISTS, output, stride, length);
    expect_floats("accumulateLists", output, expected, count, 1e-5);
}

void test_sparse(void) {
    COVER(listByChannel);
    COVER(listByPlace);
    COVER(accumulateScaled);
    COVER(accumulateLists);
    FOR_EACH_LENGTH(length) {
        for (ptrdiff_t pixels = 1; pixels < 8; pixels += 3) {
            test_list_by_channel(length, pixels);
            test_list_by_place(length, pixels);
        }
        for (ptrdiff_t runs = 1; runs <= 8; runs++) test_accumulate_scaled(length, runs);
        test_accumulate_lists(length);
    }
    for (ptrdiff_t length = 200; length < 600; length += 67) {
        test_accumulate_scaled(length, 2);
        test_accumulate_lists(length);
    }
}
