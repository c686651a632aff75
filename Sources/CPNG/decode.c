#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"

typedef struct {
    png_structp png;
    png_infop info;
    const uint8_t *next;
    size_t left;
    Failure failure;
} Decoder;

static void read_bytes(png_structp png, png_bytep out, size_t count) {
    Decoder *decoder = png_get_io_ptr(png);
    if (count > decoder->left) cpng_failure_leave(png, CPNG_TRUNCATED, "the file ends before the picture does");
    memcpy(out, decoder->next, count);
    decoder->next += count;
    decoder->left -= count;
}

// Every chunk that libpng knows and that does not change the pixels here. They are skipped unread: some hold compressed
// text or profiles, which may unpack to a thousand times their size.
static const png_byte skippedChunks[] =
    "iCCP\0bKGD\0cHRM\0eXIf\0gAMA\0hIST\0iTXt\0oFFs\0pCAL\0pHYs\0sBIT\0sCAL\0sPLT\0sRGB\0tIME\0tEXt\0zTXt";
// The first holds a profile, the last two text.
enum { CHUNK_NAME = 5, SKIPPED_CHUNKS = sizeof skippedChunks / CHUNK_NAME, TEXT_CHUNKS = 2 };

static int create(Decoder *decoder) {
    decoder->png = png_create_read_struct(
        PNG_LIBPNG_VER_STRING, &decoder->failure, cpng_failure_error, cpng_failure_warning);
    if (decoder->png) decoder->info = png_create_info_struct(decoder->png);
    if (decoder->info) return 1;
    decoder->failure.status = CPNG_FAILED;
    snprintf(decoder->failure.message, CPNG_MESSAGE_SIZE, "libpng could not be started");
    return 0;
}

// libpng reserves what a chunk announces before it reads it; its limits only warn of that. So whoever has it read chunks
// besides pixels sees to it first that up to those none announces more than the file has.
static void require_whole_chunks(Decoder *decoder) {
    const uint8_t *chunk = decoder->next + 8;
    size_t left = decoder->left < 8 ? 0 : decoder->left - 8;
    // A chunk has a length, a type, so many bytes, and a checksum.
    while (left >= 8 && memcmp(chunk + 4, "IDAT", 4) != 0) {
        const size_t length = png_get_uint_32(chunk);
        if (left < 12 || length > left - 12)
            cpng_failure_leave(decoder->png, CPNG_TRUNCATED, "the file ends before the picture does");
        chunk += 12 + length;
        left -= 12 + length;
    }
}

static void read_info(Decoder *decoder, const png_byte *skipped, int skippedCount) {
    png_structp png = decoder->png;
    png_set_read_fn(png, decoder, read_bytes);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, skipped, skippedCount);
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // the caller's limits apply, before it allocates
    png_read_info(png, decoder->info);
}

static void read_header(Decoder *decoder, CPNGHeader *header) {
    png_structp png = decoder->png;
    read_info(decoder, skippedChunks, SKIPPED_CHUNKS);
    header->width = png_get_image_width(png, decoder->info);
    header->height = png_get_image_height(png, decoder->info);
    header->isInterlaced = png_get_interlace_type(png, decoder->info) != PNG_INTERLACE_NONE;
    header->hasAlpha = (png_get_color_type(png, decoder->info) & PNG_COLOR_MASK_ALPHA) != 0
        || png_get_valid(png, decoder->info, PNG_INFO_tRNS) != 0;
}

// The decoder belongs to the caller of each function that calls setjmp: its own locals are indeterminate after the
// jump.

static void try_header(Decoder *decoder, CPNGHeader *header) {
    if (setjmp(decoder->failure.exit) == 0 && create(decoder)) read_header(decoder, header);
}

CPNGStatus cpng_read_header(const uint8_t *data, size_t size, CPNGHeader *header, char *message) {
    Decoder decoder = {.next = data, .left = size};
    cpng_failure_start(&decoder.failure, message);
    try_header(&decoder, header);
    png_destroy_read_struct(&decoder.png, &decoder.info, NULL);
    return decoder.failure.status;
}

static void read_pixels(Decoder *decoder, CPNGHeader expected, uint8_t *pixels) {
    png_structp png = decoder->png;
    CPNGHeader header;
    read_header(decoder, &header);
    if (header.width != expected.width || header.height != expected.height || header.hasAlpha != expected.hasAlpha)
        cpng_failure_leave(png, CPNG_FAILED, "its size differs from the one announced");
    png_set_expand(png);
    png_set_strip_16(png);
    png_set_gray_to_rgb(png);
    const int passes = png_set_interlace_handling(png);
    png_read_update_info(png, decoder->info);
    const size_t rowBytes = (size_t)header.width * (header.hasAlpha ? 4 : 3);
    if (png_get_rowbytes(png, decoder->info) != rowBytes) png_error(png, "its rows are of an unexpected length");
    for (int pass = 0; pass < passes; ++pass)
        for (size_t y = 0; y < header.height; ++y) png_read_row(png, pixels + y * rowBytes, NULL);
    png_read_end(png, NULL);
}

static void try_decode(Decoder *decoder, CPNGHeader header, uint8_t *pixels) {
    if (setjmp(decoder->failure.exit) == 0 && create(decoder)) read_pixels(decoder, header, pixels);
}

CPNGStatus cpng_decode(const uint8_t *data, size_t size, CPNGHeader header, uint8_t *pixels, char *message) {
    Decoder decoder = {.next = data, .left = size};
    cpng_failure_start(&decoder.failure, message);
    try_decode(&decoder, header, pixels);
    png_destroy_read_struct(&decoder.png, &decoder.info, NULL);
    return decoder.failure.status;
}

static void try_text(Decoder *decoder, const char *keyword, char *text, size_t capacity) {
    if (setjmp(decoder->failure.exit) != 0 || !create(decoder)) return;
    png_structp png = decoder->png;
    png_set_chunk_malloc_max(png, capacity);
    png_set_chunk_cache_max(png, 128);
    require_whole_chunks(decoder);
    read_info(decoder, skippedChunks, SKIPPED_CHUNKS - TEXT_CHUNKS);
    png_textp texts = NULL;
    const int count = png_get_text(png, decoder->info, &texts, NULL);
    for (int i = 0; i < count; ++i) {
        if (strcmp(texts[i].key, keyword) != 0 || texts[i].text_length >= capacity) continue;
        memcpy(text, texts[i].text, texts[i].text_length);
        text[texts[i].text_length] = 0;
        return;
    }
    cpng_failure_leave(png, CPNG_FAILED, "it has no such text");
}

CPNGStatus cpng_read_text(
    const uint8_t *data, size_t size, const char *keyword, char *text, size_t capacity, char *message) {
    Decoder decoder = {.next = data, .left = size};
    cpng_failure_start(&decoder.failure, message);
    try_text(&decoder, keyword, text, capacity);
    png_destroy_read_struct(&decoder.png, &decoder.info, NULL);
    return decoder.failure.status;
}

static void try_profile(Decoder *decoder, size_t limit, uint8_t **profile, size_t *count) {
    if (setjmp(decoder->failure.exit) != 0 || !create(decoder)) return;
    png_structp png = decoder->png;
    png_set_chunk_malloc_max(png, limit);
    require_whole_chunks(decoder);
    read_info(decoder, skippedChunks + CHUNK_NAME, SKIPPED_CHUNKS - 1);
    png_charp name = NULL;
    png_bytep bytes = NULL;
    png_uint_32 length = 0;
    int compression = 0;
    if (!png_get_iCCP(png, decoder->info, &name, &compression, &bytes, &length) || length == 0 || length > limit)
        cpng_failure_leave(png, CPNG_FAILED, "it has no such profile");
    *profile = malloc(length);
    if (!*profile) cpng_failure_leave(png, CPNG_FAILED, "there is not enough memory");
    memcpy(*profile, bytes, length);
    *count = length;
}

CPNGStatus cpng_read_profile(
    const uint8_t *data, size_t size, size_t limit, uint8_t **profile, size_t *count, char *message) {
    Decoder decoder = {.next = data, .left = size};
    cpng_failure_start(&decoder.failure, message);
    *profile = NULL;
    *count = 0;
    try_profile(&decoder, limit, profile, count);
    png_destroy_read_struct(&decoder.png, &decoder.info, NULL);
    return decoder.failure.status;
}
