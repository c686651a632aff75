// The CPU backend's innermost loops. Each is written once, under template/, and compiled once per instruction set; the
// backend picks a table of them at run time, so that no compiler flag is needed to use AVX and the same binary runs on
// a CPU that has none. Counts and strides are in elements, never in bytes, unless said otherwise.
#ifndef OCELLUS_CSIMD_H
#define OCELLUS_CSIMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Instruction sets with a table of kernels, lowest first.
typedef enum {
    simd_baseline,
    simd_neon,
    simd_avx2,
    simd_avx512,
} simd_instruction_set;

/// Operands of `multiply`: output[row][column] = sum of a[row][k] * b[k][column].
///
/// The rows of `a` consist of `runCount` runs of `runLength` contiguous floats; run `r` of row `i` starts at
/// `runs[r] + i * rowStride`. That one form is a matrix (a single run), and a convolution read straight from NHWC
/// memory (a run for each kernel row, or for each tap, and a row for each output pixel).
typedef struct {
    const float *const *runs;
    ptrdiff_t runCount;
    ptrdiff_t runLength;
    ptrdiff_t rowStride;
    /// `runCount * runLength` rows, `bStride` apart, each readable for a whole panel.
    const float *b;
    ptrdiff_t bStride;
    float *output;
    ptrdiff_t outputStride;
    /// How many columns are stored: 1 to the table's `panelWidth`.
    ptrdiff_t columns;
    /// `columns` values to start from, or null for zero.
    const float *bias;
    /// Add to what `output` holds.
    bool accumulates;
    /// Store max(0, x).
    bool rectifies;
} simd_product;

/// What `multiplyPooled` does beside a product: keeps the largest of each 2 x 2 rows of `a`.
typedef struct {
    /// From a run of the upper line of pixels to the same run of the lower line.
    ptrdiff_t lineStride;
    /// For each stored value the winner's place, 0 ... 3 row-major, with the output's stride; or null.
    uint8_t *place;
} simd_pooling;

/// What `adam` needs to know; see the operation of that name.
typedef struct {
    float stepSize;
    float beta1;
    float beta2;
    float epsilon;
    /// What second moments are divided by before the root, inverted: 1 / (1 - beta2^step).
    float inverseCorrection2;
    float gradientScale;
    /// L2 penalty added to the gradient.
    float l2;
    /// Decoupled decay: weights are multiplied by 1 - decay.
    float decay;
} simd_adam;

/// One instruction set's kernels.
typedef struct {
    /// Floats in a vector register.
    ptrdiff_t vectorWidth;
    /// Columns of a packed panel of `b`.
    ptrdiff_t panelWidth;

    /// `rows` rows of a product.
    void (*multiply)(const simd_product *product, ptrdiff_t rows);

    /// `rows` pooled rows of a product: the largest over rows 2i and 2i + 1 of two lines.
    void (*multiplyPooled)(const simd_product *product, const simd_pooling *pooling, ptrdiff_t rows);

    /// output[k][column] += sum over i of a[i * aStride + k] * b[i * bStride + column], for `rows` values of k.
    void (*multiplyTransposed)(
        const float *a, ptrdiff_t aStride, const float *b, ptrdiff_t bStride, ptrdiff_t count, float *output,
        ptrdiff_t outputStride, ptrdiff_t rows, ptrdiff_t columns);

    /// output[j] += sum over i of scale[i] * x[offset[i] + j], for `length` values of j.
    void (*accumulateScaled)(
        const float *x, const int32_t *offset, const float *scale, ptrdiff_t count, float *output, ptrdiff_t length);

    /// packed[column][row] of an unpacked [rows][columns] matrix.
    void (*transpose)(
        const float *x, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t columns, float *packed, ptrdiff_t packedStride);
} simd_kernels;

/// The kernels of an instruction set, or null when this CPU cannot run them.
const simd_kernels *simd_kernels_for(simd_instruction_set instructionSet);

/// Tells the CPU that the thread spins.
static inline void simd_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#endif
