// A thin layer over libpng. libpng reports an error by a call that must not return; the jump out of it stays inside
// this target, and Swift sees a status and a message.
#ifndef OCELLUS_CPNG_H
#define OCELLUS_CPNG_H

#include <stddef.h>
#include <stdint.h>

// Room that a caller must give for a message, its final zero included.
#define CPNG_MESSAGE_SIZE 256

typedef enum { CPNG_OK = 0, CPNG_TRUNCATED = 1, CPNG_FAILED = 2 } CPNGStatus;

typedef struct {
    uint32_t width;
    uint32_t height;
    int isInterlaced;
    int hasAlpha;  // an alpha channel, or a transparent colour or palette entry
} CPNGHeader;

// Reads everything before the picture's data, and nothing of it.
CPNGStatus cpng_read_header(const uint8_t *data, size_t size, CPNGHeader *header, char *message);

// Decodes any colour type and depth to 8 bits: 16-bit samples to their high byte, grey to three equal channels, a
// palette to its colours. `pixels` holds `height` rows of `width` × 3 samples, or × 4 when `header`, which must come
// from cpng_read_header, says hasAlpha. Every byte of it is written when the status is CPNG_OK.
CPNGStatus cpng_decode(const uint8_t *data, size_t size, CPNGHeader header, uint8_t *pixels, char *message);

// Copies the text that stands before the picture's data under `keyword`, with a final zero. CPNG_FAILED when there is
// none, or when it is larger than `capacity`.
CPNGStatus cpng_read_text(
    const uint8_t *data, size_t size, const char *keyword, char *text, size_t capacity, char *message);

// Copies the colour profile, unpacked. CPNG_FAILED when there is none, or when it is larger than `limit`. `*profile` is to be
// released with cpng_free.
CPNGStatus cpng_read_profile(
    const uint8_t *data, size_t size, size_t limit, uint8_t **profile, size_t *count, char *message);

// Encodes interleaved 8-bit RGB. `*encoded` is to be released with cpng_free.
CPNGStatus cpng_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, uint8_t **encoded, size_t *encodedSize, char *message);

void cpng_free(uint8_t *encoded);

#endif
