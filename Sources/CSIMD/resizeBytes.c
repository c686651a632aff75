#if defined(__x86_64__)
#include <immintrin.h>
#include <stdbool.h>

#include "tables.h"

// Resizing of rows where the CPU has AVX-512's byte permutation (VBMI) and byte products (VNNI): one permutation brings the
// four taps of sixteen samples side by side, and one product sums them. A weight of 21 binary places and a
// sign is three parts: two of seven places and one of eight bits with the sign.

#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vnni")))

enum {
    PART_PLACES = 7,
    PARTS = 3,
    // What a permutation reaches, and the samples that it serves.
    WINDOW = 64,
    BLOCK = 16,
    // Tables of one block and group: where its bytes are, and the parts of its weights.
    TABLES = 1 + PARTS,
    MOST_GROUPS = 8,
    // Rows that are worked on before the next samples: they stay in the first cache.
    BAND_ROWS = 16,
};

typedef struct {
    uint8_t bytes[TABLES][WINDOW];
} GroupTables;

// Weight `tap` of a target pixel.
static int32_t weight_at(const simd_resize *resize, ptrdiff_t x, ptrdiff_t tap) {
    const int16_t *group = resize->weights + (x * resize->groups + tap / 4) * SIMD_RESIZE_GROUP;
    const ptrdiff_t place = tap % 4 / 2 * 8 + tap % 2;
    return group[place] + (group[place + 16] << SIMD_RESIZE_LOW_PLACES);
}

// Fills the tables of the block that starts at sample `first`; false when its taps lie too far apart, or a weight is too
// large, as only those of enlargements are.
static bool make_tables(const simd_resize *resize, ptrdiff_t first, GroupTables *tables) {
    const ptrdiff_t samples = resize->targetWidth * 3, base = resize->first[first / 3];
    for (ptrdiff_t group = 0; group < resize->groups; group++) {
        for (ptrdiff_t i = 0; i < BLOCK; i++) {
            const ptrdiff_t sample = first + i < samples ? first + i : samples - 1, x = sample / 3;
            const ptrdiff_t offset = (resize->first[x] - base) * 3 + sample % 3;
            if (offset < 0 || offset + 9 >= WINDOW) return false;
            for (ptrdiff_t tap = 0; tap < 4; tap++) {
                const int32_t weight = weight_at(resize, x, group * 4 + tap);
                if (weight >> (PARTS * PART_PLACES) != 0 && weight >> (PARTS * PART_PLACES) != -1) return false;
                tables[group].bytes[0][i * 4 + tap] = (uint8_t)(offset + tap * 3);
                for (int part = 0; part < PARTS; part++)
                    tables[group].bytes[1 + part][i * 4 + tap] =
                        (uint8_t)(weight >> part * PART_PLACES & (part == PARTS - 1 ? 255 : 127));
            }
        }
    }
    return true;
}

TARGET static __mmask64 first_bytes(ptrdiff_t count) {
    return count >= 64 ? ~(__mmask64)0 : count <= 0 ? 0 : ((__mmask64)1 << count) - 1;
}

// The block that starts at sample `first`, of `rows` rows.
TARGET static void resize_block(
    const simd_resize *resize, const GroupTables *tables, ptrdiff_t first, const uint8_t *source, ptrdiff_t sourceStride,
    ptrdiff_t rows, uint8_t *target, ptrdiff_t targetStride) {
    const ptrdiff_t base = resize->first[first / 3] * (ptrdiff_t)3;
    const __mmask16 present = (__mmask16)first_bytes(resize->targetWidth * 3 - first);
    const __m512i half = _mm512_set1_epi32(1 << (SIMD_RESIZE_PLACES - 1));
    for (ptrdiff_t row = 0; row < rows; row++) {
        __m512i low = half, middle = _mm512_setzero_si512(), high = middle;
        for (ptrdiff_t group = 0; group < resize->groups; group++) {
            const ptrdiff_t place = base + group * 12;
            const __mmask64 readable = first_bytes(resize->sourceWidth * 3 - place);
            const __m512i window = _mm512_maskz_loadu_epi8(readable, source + row * sourceStride + place);
            const uint8_t(*table)[WINDOW] = tables[group].bytes;
            const __m512i taps = _mm512_permutexvar_epi8(_mm512_loadu_si512(table[0]), window);
            low = _mm512_dpbusd_epi32(low, taps, _mm512_loadu_si512(table[1]));
            middle = _mm512_dpbusd_epi32(middle, taps, _mm512_loadu_si512(table[2]));
            high = _mm512_dpbusd_epi32(high, taps, _mm512_loadu_si512(table[3]));
        }
        const __m512i upper = _mm512_add_epi32(middle, _mm512_slli_epi32(high, PART_PLACES));
        const __m512i sum = _mm512_add_epi32(low, _mm512_slli_epi32(upper, PART_PLACES));
        const __m512i rounded = _mm512_max_epi32(_mm512_srai_epi32(sum, SIMD_RESIZE_PLACES), _mm512_setzero_si512());
        const __m128i bytes = _mm512_cvtusepi32_epi8(rounded);
        _mm_mask_storeu_epi8(target + row * targetStride + first, present, bytes);
    }
}

bool simd_resize_rows_by_bytes(
    const simd_resize *resize, const uint8_t *source, ptrdiff_t sourceStride, ptrdiff_t rows, uint8_t *target,
    ptrdiff_t targetStride) {
    enum { MOST_TABLES = 256 };
    const ptrdiff_t samples = resize->targetWidth * 3, blocks = (samples + BLOCK - 1) / BLOCK;
    if (rows < BAND_ROWS || resize->groups > MOST_GROUPS || blocks * resize->groups > MOST_TABLES) return false;
    if (!__builtin_cpu_supports("avx512vbmi") || !__builtin_cpu_supports("avx512vnni")) return false;
    GroupTables tables[MOST_TABLES];
    for (ptrdiff_t block = 0; block < blocks; block++)
        if (!make_tables(resize, block * BLOCK, tables + block * resize->groups)) return false;
    for (ptrdiff_t row = 0; row < rows; row += BAND_ROWS) {
        const ptrdiff_t bandRows = rows - row < BAND_ROWS ? rows - row : BAND_ROWS;
        for (ptrdiff_t block = 0; block < blocks; block++)
            resize_block(
                resize, tables + block * resize->groups, block * BLOCK, source + row * sourceStride, sourceStride, bandRows,
                target + row * targetStride, targetStride);
    }
    return true;
}
#endif
