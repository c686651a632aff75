// A thin layer over libwebp and libwebpdemux, which are opened when they are first needed.
#ifndef OCELLUS_CWEBP_H
#define OCELLUS_CWEBP_H

#include "CCodec.h"

// Reads the container's headers. The size is the canvas'.
CCodecStatus cwebp_read_header(const uint8_t *data, size_t size, CCodecHeader *header, char *message);

// Decodes the picture, or an animation's first, into `height` rows of `width` pixels of three samples, or of four when
// `header`, which must come from cwebp_read_header, says hasAlpha. What a first picture leaves of its canvas is transparent.
CCodecStatus cwebp_decode(const uint8_t *data, size_t size, CCodecHeader header, uint8_t *pixels, char *message);

// Where the first chunk of a type, as "EXIF" or "ICCP", has its content. CCODEC_FAILED when there is none.
CCodecStatus cwebp_find_chunk(
    const uint8_t *data, size_t size, const char *type, size_t *offset, size_t *count, char *message);

#endif
