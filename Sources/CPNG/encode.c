#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"

typedef struct {
    png_structp png;
    png_infop info;
    uint8_t *buffer;
    size_t size;
    size_t capacity;
    Failure failure;
} Encoder;

static void write_bytes(png_structp png, png_bytep bytes, size_t count) {
    Encoder *encoder = png_get_io_ptr(png);
    if (count > encoder->capacity - encoder->size) {
        const size_t capacity = (encoder->size + count) * 2;
        uint8_t *grown = realloc(encoder->buffer, capacity);
        if (!grown) png_error(png, "there is not enough memory");
        encoder->buffer = grown;
        encoder->capacity = capacity;
    }
    memcpy(encoder->buffer + encoder->size, bytes, count);
    encoder->size += count;
}

static void flush(png_structp png) { (void)png; }

static void write_image(Encoder *encoder, const uint8_t *pixels, uint32_t width, uint32_t height) {
    png_structp png = encoder->png;
    png_set_write_fn(png, encoder, write_bytes, flush);
    png_set_IHDR(
        png, encoder->info, width, height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
        PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(png, 4);  // for photos 1 % larger than the default, and more than twice as fast
    png_write_info(png, encoder->info);
    for (size_t y = 0; y < height; ++y) png_write_row(png, pixels + y * width * 3);
    png_write_end(png, NULL);
}

static int create(Encoder *encoder) {
    encoder->png = png_create_write_struct(
        PNG_LIBPNG_VER_STRING, &encoder->failure, cpng_failure_error, cpng_failure_warning);
    if (encoder->png) encoder->info = png_create_info_struct(encoder->png);
    if (encoder->info) return 1;
    encoder->failure.status = CPNG_FAILED;
    snprintf(encoder->failure.message, CPNG_MESSAGE_SIZE, "libpng could not be started");
    return 0;
}

// The encoder belongs to the caller: locals of a function that calls setjmp are indeterminate after the jump.
static void try_encode(Encoder *encoder, const uint8_t *pixels, uint32_t width, uint32_t height) {
    if (setjmp(encoder->failure.exit) == 0 && create(encoder)) write_image(encoder, pixels, width, height);
}

CPNGStatus cpng_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, uint8_t **encoded, size_t *encodedSize, char *message) {
    Encoder encoder = {0};
    cpng_failure_start(&encoder.failure, message);
    try_encode(&encoder, pixels, width, height);
    png_destroy_write_struct(&encoder.png, &encoder.info);
    if (encoder.failure.status != CPNG_OK) {
        free(encoder.buffer);
        encoder.buffer = NULL;
        encoder.size = 0;
    }
    *encoded = encoder.buffer;
    *encodedSize = encoder.size;
    return encoder.failure.status;
}

void cpng_free(uint8_t *encoded) { free(encoded); }
