// A thin layer over libtiff 4.5 or later, which is opened when it is first needed. Built without its header, every call says
// that it is missing.
#ifndef OCELLUS_CTIFF_H
#define OCELLUS_CTIFF_H

#include "CCodec.h"

// Reads the first picture's tags. The header always says hasAlpha.
CCodecStatus ctiff_read_header(const uint8_t *data, size_t size, CCodecHeader *header, char *message);

// Decodes the first picture into `height` rows of `width` pixels of four samples, the last of them 255: what is transparent
// lies over white. `header` must come from ctiff_read_header. Any layout of rows and tiles, 1 to 16 bits a sample, grey,
// palettes, RGB, CMYK, YCbCr and CIE Lab; uncompressed, PackBits, LZW, Deflate, JPEG and fax.
CCodecStatus ctiff_decode(const uint8_t *data, size_t size, CCodecHeader header, uint8_t *pixels, char *message);

// Copies the colour profile of the first picture, when it is not larger than `capacity`. CCODEC_FAILED when it has none.
CCodecStatus ctiff_read_profile(
    const uint8_t *data, size_t size, uint8_t *profile, size_t capacity, size_t *count, char *message);

#endif
