// A thin layer over libjpeg-turbo. libjpeg reports an error by a call that must not return; the jump out of it stays
// inside this target, and Swift sees a status and a message.
#ifndef OCELLUS_CJPEG_H
#define OCELLUS_CJPEG_H

#include <stddef.h>
#include <stdint.h>

// Room that a caller must give for a message, its final zero included.
#define CJPEG_MESSAGE_SIZE 256

typedef enum { CJPEG_OK = 0, CJPEG_TRUNCATED = 1, CJPEG_FAILED = 2 } CJPEGStatus;

typedef struct {
    uint32_t width;
    uint32_t height;
} CJPEGHeader;

// Reads everything before the first scan, and nothing of the picture.
CJPEGStatus cjpeg_read_header(const uint8_t *data, size_t size, CJPEGHeader *header, char *message);

// Decodes into `pixels`, interleaved 8-bit RGB of `width` × `height`, which must be what cjpeg_read_header reported.
// Every byte of `pixels` is written when the status is CJPEG_OK.
CJPEGStatus cjpeg_decode(
    const uint8_t *data, size_t size, uint8_t *pixels, uint32_t width, uint32_t height, char *message);

// Encodes interleaved 8-bit RGB as baseline JPEG, chroma halved both ways. `*encoded` is to be released with
// cjpeg_free.
CJPEGStatus cjpeg_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, int quality, uint8_t **encoded, size_t *encodedSize,
    char *message);

void cjpeg_free(uint8_t *encoded);

#endif
