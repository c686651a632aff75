// What the targets beside this share. Each is one decoder's wrapper under libFuzzer; scripts/fuzz.sh builds and runs them.
#ifndef OCELLUS_FUZZ_H
#define OCELLUS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// As the library checks a header before it allocates: no more than this many pixels are decoded.
enum { MOST_PIXELS = 1 << 16 };

// Room for a picture, or NULL when it is too large. Filled, so that what is left unwritten differs from run to run no more.
static inline uint8_t *pixels_for(uint32_t width, uint32_t height, int samples) {
    if (width == 0 || height == 0 || (uint64_t)width * height > MOST_PIXELS) return NULL;
    const size_t count = (size_t)width * height * (size_t)samples;
    uint8_t *pixels = malloc(count);
    if (pixels) memset(pixels, 0xA5, count);
    return pixels;
}

#endif
