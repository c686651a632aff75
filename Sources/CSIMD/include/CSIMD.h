// The CPU backend's innermost loops. Each is written once, under template/, and compiled once per instruction set; the
// backend picks a table of them at run time, so that no compiler flag is needed to use AVX and the same binary runs on
// a CPU that has none. Counts and strides are in elements, never in bytes, unless said otherwise.
#ifndef OCELLUS_CSIMD_H
#define OCELLUS_CSIMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "CSIMDPictures.h"

#pragma clang assume_nonnull begin

/// Instruction sets with a table of kernels, lowest first.
typedef enum {
    simd_baseline,
    simd_neon,
    simd_avx2,
    simd_avx512,
} simd_instruction_set;

/// The start of some contiguous floats.
typedef const float *_Nonnull simd_row;

/// Functions applied to each element of a result.
typedef enum {
    simd_identity,
    simd_relu,
    simd_relu6,
    simd_hard_sigmoid,
    simd_hard_swish,
    // Those from here on take an exponential function; kernels that pool do without them.
    simd_sigmoid,
    simd_silu,
    simd_gelu,
} simd_activation;

/// What is known of some rows, a number a channel each.
typedef struct {
    double *mean;
    /// Sums of squared deviations from the mean.
    double *squares;
} simd_moments;

/// A map of channels: the activation of x[row][c] * scale[c] + shift[c].
typedef struct {
    const float *scale;
    const float *shift;
    simd_activation activation;
} simd_channel_map;

/// Operands of `multiply`: output[row][column] = sum of a[row][k] * b[k][column].
///
/// The rows of `a` consist of `runCount` runs of `runLength` contiguous floats; run `r` of row `i` starts at
/// `runs[r] + i * rowStride`. That one form is a matrix (a single run), and a convolution read straight from NHWC
/// memory (a run for each kernel row, or for each tap, and a row for each output pixel).
typedef struct {
    const simd_row *_Nonnull runs;
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
    const float *_Nullable bias;
    /// What is added at the end, laid out as `output`, which it may be; or null.
    const float *_Nullable addend;
    /// What is applied before storing.
    simd_activation activation;
    /// Where the panel of `b` that is worked on next starts, so that it is fetched meanwhile; or null.
    const float *_Nullable next;
} simd_product;

/// What `multiplyPooled` does beside a product: keeps the largest of each 2 x 2 rows of `a`.
typedef struct {
    /// From a run of the upper line of pixels to the same run of the lower line.
    ptrdiff_t lineStride;
    /// For each stored value the winner's place, 0 ... 3 row-major, with the output's stride; or null.
    uint8_t *_Nullable place;
} simd_pooling;

/// Products of transformed tiles and filters: products[e * elementStride + tile * panelWidth + channel].
typedef struct {
    const float *products;
    ptrdiff_t elementStride;
    /// Channels that exist, 1 to the table's `panelWidth`.
    ptrdiff_t channels;
    const float *_Nullable bias;
    /// What is added before the activation, laid out as the output; or null. Not for pooled outputs.
    const float *_Nullable addend;
    simd_activation activation;
} simd_winograd;

/// Winograd's F(m x m, 3 x 3) for one m. Element e = (m + 2) * row + column of a tile of (m + 2) x (m + 2);
/// `elementStride` lies between elements.
typedef struct {
    /// Transforms `tiles` tiles side by side: m + 2 lines of m * tiles + 2 pixels from x on, to transformed[e][tile][channel].
    /// There are at least as many channels as a vector has.
    void (*input)(
        const float *x, ptrdiff_t lineStride, ptrdiff_t channels, ptrdiff_t tiles, float *transformed,
        ptrdiff_t elementStride);

    /// Transforms `count` filters, a multiple of the panel's width: taps[tap][i] to transformed[e][i].
    void (*filter)(const float *taps, ptrdiff_t count, float *transformed);

    /// Transforms products back to `tileCount` tiles of m x m outputs, of which the first `rows` and `columns` exist.
    void (*output)(
        const simd_winograd *tiles, ptrdiff_t tileCount, float *output, ptrdiff_t rowStride, ptrdiff_t columnStride,
        ptrdiff_t rows, ptrdiff_t columns);

    /// The same, and keeps the largest of each 2 x 2 outputs and its place: extents and strides are the pooled ones.
    void (*outputPooled)(
        const simd_winograd *tiles, ptrdiff_t tileCount, float *output, uint8_t *_Nullable places, ptrdiff_t rowStride,
        ptrdiff_t columnStride, ptrdiff_t rows, ptrdiff_t columns);

    /// Transforms the gradients of `tiles` tiles of m x m outputs, as `input` does their pixels.
    void (*gradient)(
        const float *y, ptrdiff_t lineStride, ptrdiff_t channels, ptrdiff_t tiles, float *transformed,
        ptrdiff_t elementStride);

    /// Transforms `count` sums of products back to the gradients of filters: products[e * elementStride + i] to
    /// taps[tap * tapStride + i].
    void (*filterGradient)(
        const float *products, ptrdiff_t elementStride, ptrdiff_t count, float *taps, ptrdiff_t tapStride);
} simd_winograd_kernels;

/// One term of a sum of scaled rows.
typedef struct {
    /// Where the row starts.
    int32_t offset;
    float scale;
} simd_entry;

/// Entries that the lists of `pixels` pixels of `channels` channels may take: whole blocks are copied.
#define SIMD_LIST_ROOM(pixels, channels) ((pixels) * (channels) + 4)

/// What `adam` needs to know; the operation AdamUpdate has the formula.
typedef struct {
    /// learningRate * sqrt(1 - beta2^step) / (1 - beta1^step)
    float stepSize;
    float beta1;
    float beta2;
    float epsilon;
    /// Added to the gradient, times the weight.
    float l2;
    /// What the weight is multiplied by first.
    float keep;
} simd_adam;

/// What `sgd` needs to know; the operation SGDUpdate has the formula.
typedef struct {
    float learningRate;
    float momentum;
    float weightDecay;
    bool isNesterov;
} simd_sgd;

/// What `rmsprop` needs to know; the operation RMSPropUpdate has the formula.
typedef struct {
    float learningRate;
    float rho;
    float epsilon;
    float momentum;
    float weightDecay;
    bool followsTensorFlow;
} simd_rmsprop;

/// What `lambMoments` and `lambUpdate` need to know; the operation LAMBUpdate has the formula.
typedef struct {
    float beta1;
    float beta2;
    /// 1 / (1 - beta1^step)
    float correction1;
    /// 1 / sqrt(1 - beta2^step)
    float correction2;
    float epsilon;
    float weightDecay;
} simd_lamb;

/// One instruction set's kernels.
typedef struct {
    /// Floats in a vector register.
    ptrdiff_t vectorWidth;
    /// Columns of a packed panel of `b`.
    ptrdiff_t panelWidth;
    /// The loops between a decoder and a network.
    const simd_picture_kernels *pictures;

    // MARK: Products

    /// `rows` rows of a product.
    void (*multiply)(const simd_product *product, ptrdiff_t rows);

    /// output[column] = or += the sum over k < count of a[k] * b[k * bStride + column], for `columns` columns: one row of a
    /// product whose `b` is read in order, as memory likes it.
    void (*multiplyRow)(
        const float *a, const float *b, ptrdiff_t bStride, ptrdiff_t count, float *output, ptrdiff_t columns,
        bool accumulates);

    /// The same with a `b` of BF16.
    void (*multiplyRowBFloat16)(
        const float *a, const uint16_t *b, ptrdiff_t bStride, ptrdiff_t count, float *output, ptrdiff_t columns,
        bool accumulates);

    /// `rows` pooled rows of a product: the largest over rows 2i and 2i + 1 of two lines.
    void (*multiplyPooled)(const simd_product *product, const simd_pooling *pooling, ptrdiff_t rows);

    /// output[k][column] = or += the sum over i < count of a[i * aStride + k] * b[i * bStride + column], for `rows`
    /// values of k.
    void (*multiplyTransposed)(
        const float *a, ptrdiff_t aStride, const float *b, ptrdiff_t bStride, ptrdiff_t count, float *output,
        ptrdiff_t outputStride, ptrdiff_t rows, ptrdiff_t columns, bool accumulates);

    /// Copies `rows` rows of `length` floats, which do not overlap.
    void (*copyRows)(
        const float *x, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t length, float *output, ptrdiff_t outputStride);

    /// Rounds floats to BF16, to the nearest, and between two to the even one.
    void (*roundBFloat16)(const float *x, ptrdiff_t count, uint16_t *output);

    /// Makes floats of `rows` rows of `length` BF16 numbers.
    void (*widenBFloat16Rows)(
        const uint16_t *x, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t length, float *output, ptrdiff_t outputStride);

    /// output[column][row] = x[row][column].
    void (*transpose)(
        const float *x, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t columns, float *output, ptrdiff_t outputStride);

    // MARK: 3 x 3 convolution in the transformed domain

    /// Winograd's transforms for tiles of 2 x 2 and of 4 x 4 outputs.
    simd_winograd_kernels winograd2, winograd4;

    // MARK: Depthwise convolution. Tap t of pixel i starts at taps[t] + i * pixelStride; all channels are contiguous.

    /// output[i][c] = the activation of bias[c] + the sum over t of tap t of pixel i [c] * filter[t][c].
    void (*depthwise)(
        const simd_row *_Nonnull taps, ptrdiff_t tapCount, ptrdiff_t pixelStride, const float *filter, ptrdiff_t filterStride,
        const float *_Nullable bias, simd_activation activation, float *output, ptrdiff_t outputStride,
        ptrdiff_t channels, ptrdiff_t pixels);

    /// A line of places of a 3 x 3 filter, `step` (1 or 2) pixels apart, over three lines of pixels of `panelWidth` floats, of
    /// which the first `channels` count: output[i][c] = the activation of bias[c] + the sum over rows and columns of
    /// lines[row][i * step + column][c] * filter[3 * row + column][c].
    void (*depthwisePanel)(
        const simd_row *_Nonnull lines, ptrdiff_t step, const float *filter, ptrdiff_t filterStride,
        const float *_Nullable bias, simd_activation activation, float *output, ptrdiff_t outputStride,
        ptrdiff_t channels, ptrdiff_t pixels);

    /// output[c] += the sum over i of a[i * aStride + c] * b[i * bStride + c].
    void (*multiplyChannels)(
        const float *a, ptrdiff_t aStride, const float *b, ptrdiff_t bStride, ptrdiff_t count, float *output,
        ptrdiff_t channels);

    // MARK: Gradients behind a 2 x 2 max-pooling, most of which are zero

    /// Sorts the gradients of one pooled line by channel: each that is not zero is appended to its channel's list, with
    /// the offset `firstOffset + pixel * pixelStride + placeOffsets[place]`. A list has room for `capacity` entries.
    void (*listByChannel)(
        const float *gradient, const uint8_t *place, ptrdiff_t stride, ptrdiff_t pixels, ptrdiff_t channels,
        int32_t firstOffset, int32_t pixelStride, const int32_t *placeOffsets, simd_entry *entries, ptrdiff_t capacity,
        int32_t *counts);

    /// Sorts the gradients of one pooled line, of up to 65535 channels, by place: those that are not zero, with the offset
    /// `channel * channelStride`. Entries of the window's upper line (places 0 and 1) come first, those of its lower line
    /// (2 and 3) start `SIMD_LIST_ROOM(pixels, channels)` later. List i of a line is place i % 2 of pixel i / 2; it is
    /// `starts[i] ..< starts[i + 1]`, and the lower line's starts follow after `2 * pixels + 1`.
    /// - Parameter scratch: room for 4 * SIMD_LIST_ROOM(1, channels) entries.
    void (*listByPlace)(
        const float *gradient, const uint8_t *place, ptrdiff_t stride, ptrdiff_t pixels, ptrdiff_t channels,
        int32_t channelStride, simd_entry *entries, int32_t *starts, simd_entry *scratch);

    /// output[r * length + j] += the sum over entries of scale * runs[r][offset + j], for `length` values of j.
    void (*accumulateScaled)(
        const simd_row *_Nonnull runs, ptrdiff_t runCount, const simd_entry *entries, ptrdiff_t count, float *output,
        ptrdiff_t length);

    /// output[i * outputStride + j] += the sum over list i of scale * x[offset + j], for `length` values of j.
    void (*accumulateLists)(
        const float *x, const simd_entry *entries, const int32_t *starts, ptrdiff_t lists, float *output,
        ptrdiff_t outputStride, ptrdiff_t length);

    // MARK: Pooling, one window

    /// output[c] = the largest of taps[t][c], places[c] = that tap's `tapPlaces`, the first of equals.
    void (*maxPool)(
        const simd_row *_Nonnull taps, const uint8_t *tapPlaces, ptrdiff_t tapCount, ptrdiff_t channels, float *output,
        uint8_t *_Nullable places);

    /// output[tapOffsets[place[c]] + c] += gradient[c].
    void (*maxPoolGradient)(
        const float *gradient, const uint8_t *place, const ptrdiff_t *tapOffsets, ptrdiff_t channels, float *output);

    /// Puts gradients behind a 2 x 2 pooling of `pixels` pixels back on two lines of twice as many, `lineStride` apart: the
    /// gradient at its winner's place, 0 ... 3 row-major, and zero at the other three.
    void (*unpool)(
        const float *gradient, const uint8_t *place, ptrdiff_t pixels, ptrdiff_t channels, float *output,
        ptrdiff_t lineStride);

    /// output[c] = scale * the sum of taps[t][c].
    void (*averagePool)(
        const simd_row *_Nonnull taps, ptrdiff_t tapCount, ptrdiff_t channels, float scale, float *output);

    // MARK: Channels: x is [rows][channels], contiguous

    /// sums[c] += the sum over rows of x[row][c].
    void (*sumChannels)(const float *x, ptrdiff_t rows, ptrdiff_t channels, double *sums);

    /// sums[c] += the sum over rows of x[row][c] * y[row][c].
    void (*sumProducts)(const float *x, const float *y, ptrdiff_t rows, ptrdiff_t channels, double *sums);

    /// The mean of each channel over the rows, of which there are some, and the sum of squared deviations from it.
    void (*findMoments)(const float *x, ptrdiff_t rows, ptrdiff_t channels, const simd_moments *moments);

    /// Joins the moments of `added` further rows to those of `count` rows.
    void (*joinMoments)(
        const simd_moments *moments, double count, const simd_moments *other, double added, ptrdiff_t channels);

    /// output[row][c] = the map of x[row][c].
    void (*mapChannels)(
        const simd_channel_map *map, const float *x, ptrdiff_t rows, ptrdiff_t channels, float *output);

    /// With g the gradient behind `map` that reaches its activation: sums[c] += the sum over rows of g[row][c],
    /// sums[channels + c] += the sum over rows of g[row][c] * (x[row][c] - mean[c]).
    void (*sumMapGradients)(
        const simd_channel_map *map, const float *gradient, const float *x, const float *mean, ptrdiff_t rows,
        ptrdiff_t channels, double *sums);

    /// output[row][c] = g[row][c] * byGradient[c] + x[row][c] * byInput[c] + shift[c], with g as above.
    void (*combineMapGradients)(
        const simd_channel_map *map, const float *gradient, const float *byGradient, const float *x,
        const float *byInput, const float *shift, ptrdiff_t rows, ptrdiff_t channels, float *output);

    /// output[row][c] = (x[row][c] - mean) / deviation * scale[c] + shift[c], with the row's own mean and deviation, the root
    /// of variance + epsilon.
    void (*normalizeRows)(
        const float *x, const float *scale, const float *shift, float epsilon, ptrdiff_t rows, ptrdiff_t channels,
        float *output);

    /// The gradient of that by x; sums[c] and sums[channels + c] += the gradients by scale[c] and shift[c].
    void (*normalizeRowsGradient)(
        const float *gradient, const float *x, const float *scale, float epsilon, ptrdiff_t rows, ptrdiff_t channels,
        float *output, double *sums);

    // MARK: Element by element; output may be an input

    /// The function of each element.
    void (*activate)(simd_activation activation, const float *x, ptrdiff_t count, float *output);

    /// gradient * the function's derivative, where its argument is x; for identity, ReLU and ReLU6 x may be its value, too.
    void (*activationGradient)(
        simd_activation activation, const float *gradient, const float *x, ptrdiff_t count, float *output);

    /// The function of a + b.
    void (*addActivated)(
        simd_activation activation, const float *a, const float *b, ptrdiff_t count, float *output);

    /// a + b.
    void (*add)(const float *a, const float *b, ptrdiff_t count, float *output);

    /// x * factor.
    void (*scale)(const float *x, float factor, ptrdiff_t count, float *output);

    /// Zero with probability `rate`, else x / (1 - rate), for elements 0 ..< count of one sample; the Philox block of
    /// elements 4b ... 4b + 3 has the counter (b, sample, step, purpose).
    void (*dropout)(
        const float *x, ptrdiff_t count, float rate, uint64_t seed, uint32_t sample, uint32_t step, uint32_t purpose,
        float *output);

    // MARK: Updates

    /// One step of Adam on `count` weights.
    void (*adam)(
        const simd_adam *settings, float *weight, const float *gradient, float *firstMoment, float *secondMoment,
        ptrdiff_t count);

    /// One step of SGD on `count` weights; `velocity` is null without momentum.
    void (*sgd)(
        const simd_sgd *settings, float *weight, const float *gradient, float *_Nullable velocity, ptrdiff_t count);

    /// One step of RMSProp on `count` weights; `velocity` is null without momentum.
    void (*rmsprop)(
        const simd_rmsprop *settings, float *weight, const float *gradient, float *meanSquare,
        float *_Nullable velocity, ptrdiff_t count);

    /// LAMB's moments of `count` weights; sums[0] and sums[1] are the sums of the squares of the weights and of their updates.
    void (*lambMoments)(
        const simd_lamb *settings, const float *weight, const float *gradient, float *firstMoment, float *secondMoment,
        ptrdiff_t count, double *sums);

    /// weight -= rate * update, the update of LAMB's moments.
    void (*lambUpdate)(
        const simd_lamb *settings, float rate, float *weight, const float *firstMoment, const float *secondMoment,
        ptrdiff_t count);

    /// The sum of the squares of `count` floats: in float over runs of vectors, in double over those.
    double (*sumSquares)(const float *x, ptrdiff_t count);

    /// x between -limit and limit.
    void (*clamp)(float *x, float limit, ptrdiff_t count);

    /// average += part * (value - average); at part 1 it is the value exactly.
    void (*approach)(float *average, const float *value, float part, ptrdiff_t count);

    // MARK: Peaks, to be timed

    /// Multiply-adds on registers alone.
    /// - Parameters:
    ///   - factor: below 1, so that no value runs away.
    ///   - result: room for a vector.
    /// - Returns: how many floating-point operations that were.
    ptrdiff_t (*multiplyAdd)(ptrdiff_t rounds, float factor, float *result);

    /// Reads `count` floats; `result` has room for a vector.
    void (*readMemory)(const float *x, ptrdiff_t count, float *result);
} simd_kernels;

/// The kernels of an instruction set, or null when this CPU cannot run them.
const simd_kernels *_Nullable simd_kernels_for(simd_instruction_set instructionSet);

/// The kernels of the highest instruction set that this CPU can run.
const simd_kernels *simd_best_kernels(void);

/// A Swift closure that takes two numbers, in the two words that Swift passes it in: valid as long as the closure is.
typedef struct {
    const void *function;
    const void *_Nullable context;
} simd_closure;

/// Calls a closure.
void simd_call(simd_closure closure, ptrdiff_t index, ptrdiff_t worker);

/// Tells the CPU that the thread spins.
static inline void simd_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#pragma clang assume_nonnull end

#endif
