#include <stdlib.h>

#include "failure.h"

typedef struct {
    struct jpeg_compress_struct cinfo;
    Failure failure;
    unsigned char *buffer;  // libjpeg's, grown by it
    unsigned long size;
} Encoder;

// The encoder belongs to the caller: locals of a function that calls setjmp are indeterminate after the jump.
static void try_encode(Encoder *encoder, const uint8_t *pixels, uint32_t width, uint32_t height, int quality) {
    if (setjmp(encoder->failure.exit) != 0) return;
    j_compress_ptr cinfo = &encoder->cinfo;
    jpeg_create_compress(cinfo);
    jpeg_mem_dest(cinfo, &encoder->buffer, &encoder->size);
    cinfo->image_width = width;
    cinfo->image_height = height;
    cinfo->input_components = 3;
    cinfo->in_color_space = JCS_RGB;
    jpeg_set_defaults(cinfo);
    jpeg_set_quality(cinfo, quality, TRUE);
    cinfo->dct_method = JDCT_ISLOW;
    cinfo->optimize_coding = TRUE;
    jpeg_start_compress(cinfo, TRUE);
    while (cinfo->next_scanline < height) {
        JSAMPROW row = (JSAMPROW)(pixels + (size_t)cinfo->next_scanline * width * 3);
        jpeg_write_scanlines(cinfo, &row, 1);
    }
    jpeg_finish_compress(cinfo);
}

CJPEGStatus cjpeg_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, int quality, uint8_t **encoded, size_t *encodedSize,
    char *message) {
    Encoder encoder = {0};
    encoder.cinfo.err = cjpeg_failure_manager(&encoder.failure, message);
    try_encode(&encoder, pixels, width, height, quality);
    jpeg_destroy_compress(&encoder.cinfo);
    if (encoder.failure.status != CJPEG_OK) {
        free(encoder.buffer);
        encoder.buffer = NULL;
        encoder.size = 0;
    }
    *encoded = encoder.buffer;
    *encodedSize = encoder.size;
    return encoder.failure.status;
}

void cjpeg_free(uint8_t *encoded) { free(encoded); }
