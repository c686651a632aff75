// What the cases share: made-up numbers, outputs that notice writes beyond their end, and comparisons.
#ifndef OCELLUS_KERNEL_CHECK_H
#define OCELLUS_KERNEL_CHECK_H

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CSIMD.h"

/// The table under test.
extern const simd_kernels *kernels;

/// Says in what circumstances the next comparisons are made, as printf does.
void describe(const char *format, ...) __attribute__((format(printf, 1, 2)));

/// Notes that a case tests an entry of `simd_kernels`, and of `simd_picture_kernels`.
#define COVER(ENTRY) cover(offsetof(simd_kernels, ENTRY))
#define COVER_PICTURES(ENTRY) cover_pictures(offsetof(simd_picture_kernels, ENTRY))
void cover(size_t offset);
void cover_pictures(size_t offset);

/// The same sequence in every run.
uint32_t random_word(void);
/// Uniform in -1 ... 1.
float random_float(void);

/// `count` random floats. Freed at the next `describe`, as all memory here.
float *random_floats(ptrdiff_t count);
/// The same, half of them 0.
float *sparse_floats(ptrdiff_t count);
/// `count` random bytes below `limit`.
uint8_t *random_bytes(ptrdiff_t count, unsigned limit);
/// Zeroed memory.
void *zeroed(ptrdiff_t byteCount);

/// Memory for a kernel's results: NaN, with some room behind that must stay as it is.
float *output_floats(ptrdiff_t count);
uint8_t *output_bytes(ptrdiff_t count);

/// Compares `count` results with what they should be, within `tolerance` of 1 + |expected|; elsewhere nothing may have been
/// written.
void expect_floats(const char *what, const float *results, const double *expected, ptrdiff_t count, double tolerance);
/// Compares whole numbers.
void expect_bytes(const char *what, const uint8_t *results, const uint8_t *expected, ptrdiff_t count);
void expect_true(const char *what, bool condition);

/// Sizes around every vector's and tile's.
static const ptrdiff_t LENGTHS[] = {1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 31, 32, 33, 48, 63, 67, 100};
#define FOR_EACH_LENGTH(NAME) \
    for (size_t NAME##_place = 0; NAME##_place < sizeof(LENGTHS) / sizeof(LENGTHS[0]); NAME##_place++) \
        for (ptrdiff_t NAME = LENGTHS[NAME##_place], NAME##_once = 1; NAME##_once; NAME##_once = 0)

/// The definition of `simd_activation`.
static inline double activated(simd_activation activation, double x) {
    const double hard = x < -3 ? 0 : x > 3 ? 1 : x / 6 + 0.5;
    switch (activation) {
        case simd_identity: return x;
        case simd_relu: return x < 0 ? 0 : x;
        case simd_relu6: return x < 0 ? 0 : x > 6 ? 6 : x;
        case simd_hard_sigmoid: return hard;
        case simd_hard_swish: return x * hard;
        case simd_sigmoid: return 1 / (1 + exp(-x));
        case simd_silu: return x / (1 + exp(-x));
        case simd_gelu: return x * erfc(-x * sqrt(0.5)) / 2;
    }
    return NAN;
}

/// A gradient times the derivative at x.
static inline double passing(simd_activation activation, double gradient, double x) {
    const double sigmoid = 1 / (1 + exp(-x));
    switch (activation) {
        case simd_identity: return gradient;
        case simd_relu: return x <= 0 ? 0 : gradient;
        case simd_relu6: return x <= 0 || x >= 6 ? 0 : gradient;
        case simd_hard_sigmoid: return fabs(x) < 3 ? gradient / 6 : 0;
        case simd_hard_swish: return gradient * (x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5);
        case simd_sigmoid: return gradient * sigmoid * (1 - sigmoid);
        case simd_silu: return gradient * sigmoid * (1 + x * (1 - sigmoid));
        case simd_gelu: return gradient * (erfc(-x * sqrt(0.5)) / 2 + x * exp(-x * x / 2) * 0.3989422804014327);
    }
    return NAN;
}

/// Those that a pooled product can have come first, then those without an exponential.
static const simd_activation ACTIVATIONS[] = {simd_identity,   simd_relu,    simd_relu6, simd_hard_sigmoid,
                                              simd_hard_swish, simd_sigmoid, simd_silu,  simd_gelu};

// The cases, one file each.
void test_products(void);
void test_bfloat16(void);
void test_winograd(void);
void test_depthwise(void);
void test_sparse(void);
void test_pooling(void);
void test_channels(void);
void test_elements(void);
void test_updates(void);
void test_peaks(void);
void test_pictures(void);

#endif
