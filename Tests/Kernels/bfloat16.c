#include "check.h"

static float float_of(uint32_t word) {
    float value;
    memcpy(&value, &word, 4);
    return value;
}

/// BF16 numbers in -1 ... 1, exact in float.
static uint16_t *random_bfloat16s(ptrdiff_t count) {
    uint16_t *result = zeroed(count * 2);
    for (ptrdiff_t i = 0; i < count; i++) {
        const float value = random_float();
        uint32_t word;
        memcpy(&word, &value, 4);
        result[i] = (uint16_t)(word >> 16);
    }
    return result;
}

static void test_round(ptrdiff_t count) {
    describe("%td numbers", count);
    // A float, and what it becomes: between two, to the even one; over the largest; no number.
    static const uint32_t WORDS[][2] = {
        {0x3F800000, 0x3F80}, {0x3F808000, 0x3F80}, {0x3F808001, 0x3F81}, {0x3F818000, 0x3F82}, {0x3F817FFF, 0x3F81},
        {0xBF818000, 0xBF82}, {0x00000000, 0x0000}, {0x80000000, 0x8000}, {0x00008001, 0x0001}, {0x7F7FFFFF, 0x7F80},
        {0x7F800000, 0x7F80}, {0xFF800000, 0xFF80}, {0x7F800001, 0x7FC0}, {0xFFFFFFFF, 0xFFFF}};
    const size_t words = sizeof(WORDS) / sizeof(WORDS[0]);
    float *x = zeroed(count * 4);
    uint8_t *expected = zeroed(count * 2);
    for (ptrdiff_t i = 0; i < count; i++) {
        const uint32_t *word = WORDS[(size_t)(i + count) % words];
        const uint16_t rounded = (uint16_t)word[1];
        memcpy(x + i, word, 4);
        memcpy(expected + 2 * i, &rounded, 2);
    }
    uint8_t *output = output_bytes(count * 2);
    kernels->roundBFloat16(x, count, (uint16_t *)(void *)output);
    expect_bytes("roundBFloat16", output, expected, count * 2);
}

static void test_widen(ptrdiff_t rows, ptrdiff_t length) {
    describe("%td x %td", rows, length);
    const ptrdiff_t stride = length + 2, outputStride = length + 3, count = (rows - 1) * outputStride + length;
    const uint16_t *x = random_bfloat16s(rows * stride);
    float *output = output_floats(count);
    double *expected = zeroed(count * 8);
    for (ptrdiff_t i = 0; i < count; i++) expected[i] = output[i] = 5;
    for (ptrdiff_t row = 0; row < rows; row++)
        for (ptrdiff_t i = 0; i < length; i++)
            expected[row * outputStride + i] = float_of((uint32_t)x[row * stride + i] << 16);
    kernels->widenBFloat16Rows(x, stride, rows, length, output, outputStride);
    expect_floats("widenBFloat16Rows", output, expected, count, 0);
}

static void test_multiply_row(ptrdiff_t depth, ptrdiff_t columns, bool accumulates) {
    describe("%td x %td, accumulates %d", depth, columns, accumulates);
    const ptrdiff_t stride = columns + 3;
    const float *a = random_floats(depth);
    const uint16_t *b = random_bfloat16s(depth * stride);
    float *output = output_floats(columns);
    double *expected = zeroed(columns * 8);
    for (ptrdiff_t column = 0; column < columns; column++) {
        if (accumulates) expected[column] = output[column] = random_float();
        for (ptrdiff_t k = 0; k < depth; k++)
            expected[column] += (double)a[k] * float_of((uint32_t)b[k * stride + column] << 16);
    }
    kernels->multiplyRowBFloat16(a, b, stride, depth, output, columns, accumulates);
    expect_floats("multiplyRowBFloat16", output, expected, columns, 1e-5);
}

void test_bfloat16(void) {
    COVER(roundBFloat16);
    COVER(widenBFloat16Rows);
    COVER(multiplyRowBFloat16);
    FOR_EACH_LENGTH(length) {
        test_round(length);
        for (ptrdiff_t rows = 1; rows < 12; rows += 3) {
            test_widen(rows, length);
            test_multiply_row(rows, length, rows % 2);
        }
    }
}
