// The innermost loops between a decoder and a network: resizing and warping of 8-bit RGB. They are compiled and chosen
// as the kernels of CSIMD.h are. Every instruction set gives the same bits: sums are of integers, and nothing is fused into
// one rounding.
#ifndef OCELLUS_CSIMD_PICTURES_H
#define OCELLUS_CSIMD_PICTURES_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Binary places of a resizing weight; its lower `SIMD_RESIZE_LOW_PLACES` and the rest are kept apart, as 16-bit numbers.
#define SIMD_RESIZE_PLACES 22
#define SIMD_RESIZE_LOW_PLACES 15

/// Numbers that `resizeRows` keeps for each group of four taps of a target pixel.
#define SIMD_RESIZE_GROUP 32

/// How a row of pixels is resized.
typedef struct {
    /// Pixels of the source row.
    ptrdiff_t sourceWidth;
    /// Pixels of the target row.
    ptrdiff_t targetWidth;
    /// For each target pixel the first source pixel that it takes from.
    const int32_t *first;
    /// Groups of four taps that each target pixel takes; taps beyond the source row have the weight 0.
    ptrdiff_t groups;
    /// For each target pixel and group: the low and then the high parts of four weights w, each part as
    /// w0 w1 w0 w1 w0 w1 0 0 w2 w3 w2 w3 w2 w3 0 0.
    const int16_t *weights;
} simd_resize;

/// A warp of a picture of `width` x `height` pixels. Places are fixed-point numbers with 32 binary places.
typedef struct {
    const uint8_t *source;
    ptrdiff_t width;
    ptrdiff_t height;
    /// From an output pixel's place to the next one's.
    int64_t stepX;
    int64_t stepY;
    /// What a sample of each channel is multiplied by, and what is then added; in the source's order of channels.
    float scale[3];
    float offset[3];
    /// Whether the output's channels stand in the opposite order.
    _Bool isReversed;
} simd_warp;

/// One instruction set's loops.
typedef struct {
    /// One or four rows, `sourceStride` bytes apart, to rows `targetStride` bytes apart. One byte after each target
    /// row is overwritten.
    void (*resizeRows)(
        const simd_resize *resize, const uint8_t *source, ptrdiff_t sourceStride, ptrdiff_t rows, uint8_t *target,
        ptrdiff_t targetStride);

    /// target[i] = the sum over tap t of source[t * stride + i] * weight t, rounded, for `count` samples. Weights come in
    /// pairs of taps, as low0 low1 high0 high1; a last pair of one tap has zeros for its second.
    void (*mixRows)(
        const uint8_t *source, ptrdiff_t stride, const int16_t *weights, ptrdiff_t taps, ptrdiff_t count,
        uint8_t *target);

    /// One row of `width` output pixels, the first of them read at (x, y): bilinear in float, the nearest pixel of the border
    /// outside. Columns `insideStart ..< insideEnd` read at 0 <= x < width - 2 and 0 <= y < height - 1.
    void (*warpRow)(
        const simd_warp *warp, int64_t x, int64_t y, ptrdiff_t insideStart, ptrdiff_t insideEnd, float *output);
} simd_picture_kernels;

#pragma clang assume_nonnull end

#endif
