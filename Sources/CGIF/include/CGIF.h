// A thin layer over giflib, which is opened when it is first needed.
#ifndef OCELLUS_CGIF_H
#define OCELLUS_CGIF_H

#include "CCodec.h"

// Reads everything before the first picture's data. The size is the screen's, or as much larger as the first picture needs.
CCodecStatus cgif_read_header(const uint8_t *data, size_t size, CCodecHeader *header, char *message);

// Decodes the first picture into `height` rows of `width` pixels of three samples, or of four when `header`, which must come
// from cgif_read_header, says hasAlpha. What the picture leaves of the screen is transparent where it has a transparent
// colour, and the palette's first colour where it has none, as in Pillow.
CCodecStatus cgif_decode(const uint8_t *data, size_t size, CCodecHeader header, uint8_t *pixels, char *message);

#endif
