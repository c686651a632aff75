#include "CTIFF.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if __has_include(<tiffio.h>)
#include <tiffio.h>
#endif

#if !defined(TIFFLIB_VERSION) || TIFFLIB_VERSION < 20221213
static CCodecStatus missing(char *message) {
    return ccodec_fail(CCODEC_MISSING, message, "libtiff 4.5, when Ocellus was built,");
}

CCodecStatus ctiff_read_header(const uint8_t *data, size_t size, CCodecHeader *header, char *message) {
    return (void)data, (void)size, (void)header, missing(message);
}

CCodecStatus ctiff_decode(const uint8_t *data, size_t size, CCodecHeader header, uint8_t *pixels, char *message) {
    return (void)data, (void)size, (void)header, (void)pixels, missing(message);
}

CCodecStatus ctiff_read_profile(
    const uint8_t *data, size_t size, uint8_t *profile, size_t capacity, size_t *count, char *message) {
    return (void)data, (void)size, (void)profile, (void)capacity, (void)count, missing(message);
}
#else

// MARK: the library

#define TIFF_FUNCTIONS(entry)                                                                             \
    entry(TIFFClientOpenExt) entry(TIFFClose) entry(TIFFGetField) entry(TIFFGetFieldDefaulted)            \
    entry(TIFFIsTiled) entry(TIFFReadTile) entry(TIFFTileSize64) entry(TIFFStripSize64) entry(TIFFOpenOptionsAlloc)           \
    entry(TIFFOpenOptionsFree) entry(TIFFOpenOptionsSetMaxSingleMemAlloc)                                 \
    entry(TIFFOpenOptionsSetErrorHandlerExtR) entry(TIFFOpenOptionsSetWarningHandlerExtR)                 \
    entry(TIFFRGBAImageOK) entry(TIFFRGBAImageBegin) entry(TIFFRGBAImageGet) entry(TIFFRGBAImageEnd)

CCODEC_TABLE(tiff, TIFF_FUNCTIONS);

#ifdef OCELLUS_LINKED_CODECS
static CCodecStatus open_library(char *message) {
    message[0] = 0;
    return CCODEC_OK;
}
#else
static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool isOpen;
static char problem[CCODEC_MESSAGE_SIZE];

#define TIFF_SYMBOL(name) {#name, (void **)&tiff.name},

static void open_once(void) {
    static const char *const names[] = {"libtiff.so.6", NULL};
    static const CCodecSymbol symbols[] = {TIFF_FUNCTIONS(TIFF_SYMBOL)};
    isOpen = ccodec_open(names, symbols, sizeof symbols / sizeof *symbols, problem);
}

static CCodecStatus open_library(char *message) {
    message[0] = 0;
    pthread_once(&once, open_once);
    return isOpen ? CCODEC_OK : ccodec_fail(CCODEC_MISSING, message, "%s", problem);
}
#endif

// MARK: the file: one block of memory

typedef struct {
    TIFF *file;
    const uint8_t *data;
    uint64_t size;
    uint64_t place;
    bool isCutOff;
    char *message;
} Decoder;

static tmsize_t read_bytes(thandle_t handle, void *out, tmsize_t count) {
    Decoder *decoder = handle;
    const uint64_t left = decoder->place < decoder->size ? decoder->size - decoder->place : 0;
    const uint64_t wanted = count < 0 ? 0 : (uint64_t)count, got = wanted < left ? wanted : left;
    if (got < wanted) decoder->isCutOff = true;
    if (got > 0) memcpy(out, decoder->data + decoder->place, got);
    decoder->place += got;
    return (tmsize_t)got;
}

static tmsize_t write_bytes(thandle_t handle, void *bytes, tmsize_t count) {
    (void)handle, (void)bytes, (void)count;
    return 0;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence) {
    Decoder *decoder = handle;
    decoder->place = offset + (whence == SEEK_CUR ? decoder->place : whence == SEEK_END ? decoder->size : 0);
    return decoder->place;
}

static int do_nothing(thandle_t handle) {
    (void)handle;
    return 0;
}

static toff_t file_size(thandle_t handle) { return ((Decoder *)handle)->size; }

// The first error says what is wrong; those after it what came of that.
__attribute__((format(printf, 4, 0)))
static int keep_error(TIFF *file, void *user, const char *module, const char *format, va_list values) {
    (void)file, (void)module;
    Decoder *decoder = user;
    if (decoder->message[0] == 0) vsnprintf(decoder->message, CCODEC_MESSAGE_SIZE, format, values);
    return 1;
}

__attribute__((format(printf, 4, 0)))
static int pass_over(TIFF *file, void *user, const char *module, const char *format, va_list values) {
    (void)file, (void)user, (void)module, (void)format, (void)values;
    return 1;
}

static CCodecStatus fail(Decoder *decoder) {
    if (decoder->isCutOff)
        return ccodec_fail(CCODEC_TRUNCATED, decoder->message, "the file ends before the picture does");
    if (decoder->message[0] != 0) return CCODEC_FAILED;
    return ccodec_fail(CCODEC_FAILED, decoder->message, "its tags make no sense");
}

// No single block of memory may be larger than what the largest picture of 16 MiB could want, or `pixels` of 16 bytes.
static CCodecStatus open_decoder(Decoder *decoder, uint64_t pixels) {
    const CCodecStatus status = open_library(decoder->message);
    if (status != CCODEC_OK) return status;
    TIFFOpenOptions *options = tiff.TIFFOpenOptionsAlloc();
    if (!options) return ccodec_fail(CCODEC_FAILED, decoder->message, "there is not enough memory");
    tiff.TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)((16u << 20) + pixels * 16));
    tiff.TIFFOpenOptionsSetErrorHandlerExtR(options, keep_error, decoder);
    tiff.TIFFOpenOptionsSetWarningHandlerExtR(options, pass_over, decoder);
    // m: read by calls, not by mapping.
    decoder->file = tiff.TIFFClientOpenExt(
        "picture", "rm", decoder, read_bytes, write_bytes, seek, do_nothing, file_size, NULL, NULL, options);
    tiff.TIFFOpenOptionsFree(options);
    return decoder->file ? CCODEC_OK : fail(decoder);
}

static void close_decoder(Decoder *decoder) {
    if (decoder->file) tiff.TIFFClose(decoder->file);
}

// MARK: the tags

// Codecs that keep to the memory that they are given. Others may take gigabytes for a small file.
static bool is_supported(uint16_t compression) {
    switch (compression) {
    case COMPRESSION_NONE:
    case COMPRESSION_CCITTRLE:
    case COMPRESSION_CCITTFAX3:
    case COMPRESSION_CCITTFAX4:
    case COMPRESSION_LZW:
    case COMPRESSION_JPEG:
    case COMPRESSION_ADOBE_DEFLATE:
    case COMPRESSION_DEFLATE:
    case COMPRESSION_PACKBITS: return true;
    default: return false;
    }
}

static CCodecStatus read_tags(Decoder *decoder, CCodecHeader *header) {
    TIFF *file = decoder->file;
    uint32_t width = 0, height = 0;
    tiff.TIFFGetField(file, TIFFTAG_IMAGEWIDTH, &width);
    tiff.TIFFGetField(file, TIFFTAG_IMAGELENGTH, &height);
    if (width == 0 || height == 0) return ccodec_fail(CCODEC_FAILED, decoder->message, "it has no pixels");
    uint16_t compression = 0, samples = 1, orientation = 1;
    tiff.TIFFGetFieldDefaulted(file, TIFFTAG_COMPRESSION, &compression);
    tiff.TIFFGetFieldDefaulted(file, TIFFTAG_SAMPLESPERPIXEL, &samples);
    tiff.TIFFGetFieldDefaulted(file, TIFFTAG_ORIENTATION, &orientation);
    if (!is_supported(compression))
        return ccodec_fail(CCODEC_FAILED, decoder->message, "its compression %d is not supported", (int)compression);
    if (samples > 8)
        return ccodec_fail(CCODEC_FAILED, decoder->message, "it has %d samples a pixel", (int)samples);
    header->width = width;
    header->height = height;
    header->hasAlpha = 1;
    header->orientation = orientation >= 1 && orientation <= 8 ? orientation : 1;
    return CCODEC_OK;
}

CCodecStatus ctiff_read_header(const uint8_t *data, size_t size, CCodecHeader *header, char *message) {
    Decoder decoder = {.data = data, .size = size, .message = message};
    CCodecStatus status = open_decoder(&decoder, 0);
    if (status == CCODEC_OK) status = read_tags(&decoder, header);
    close_decoder(&decoder);
    return status;
}

CCodecStatus ctiff_read_profile(
    const uint8_t *data, size_t size, uint8_t *profile, size_t capacity, size_t *count, char *message) {
    Decoder decoder = {.data = data, .size = size, .message = message};
    CCodecStatus status = open_decoder(&decoder, 0);
    uint32_t length = 0;
    void *bytes = NULL;
    if (status == CCODEC_OK && tiff.TIFFGetField(decoder.file, TIFFTAG_ICCPROFILE, &length, &bytes) && bytes
        && length <= capacity) {
        memcpy(profile, bytes, length);
        *count = length;
    } else if (status == CCODEC_OK) {
        status = ccodec_fail(CCODEC_FAILED, message, "it has no such profile");
    }
    close_decoder(&decoder);
    return status;
}

// MARK: pixels

// How libtiff leaves transparent colours.
typedef enum { ALPHA_NONE, ALPHA_STRAIGHT, ALPHA_MULTIPLIED } Alpha;

static Alpha alpha_of(const TIFFRGBAImage *image) {
    uint16_t count = 0, *kinds = NULL;
    tiff.TIFFGetFieldDefaulted(image->tif, TIFFTAG_EXTRASAMPLES, &count, &kinds);
    // A sample that says nothing of itself is no alpha, though libtiff takes it for some.
    if (image->alpha == 0 || count == 0 || !kinds || kinds[0] == EXTRASAMPLE_UNSPECIFIED) return ALPHA_NONE;
    const bool isGrey = image->photometric == PHOTOMETRIC_MINISBLACK || image->photometric == PHOTOMETRIC_MINISWHITE;
    return isGrey && image->alpha == EXTRASAMPLE_UNASSALPHA ? ALPHA_STRAIGHT : ALPHA_MULTIPLIED;
}

// From libtiff's words to bytes, and what is transparent over white.
static void lay_over_white(uint8_t *pixels, size_t count, Alpha alpha) {
    for (uint8_t *pixel = pixels; pixel < pixels + count * 4; pixel += 4) {
        uint32_t word;
        memcpy(&word, pixel, 4);
        const unsigned opacity = alpha == ALPHA_NONE ? 255 : TIFFGetA(word);
        const unsigned colors[3] = {TIFFGetR(word), TIFFGetG(word), TIFFGetB(word)};
        for (int c = 0; c < 3; ++c) {
            const unsigned share = alpha == ALPHA_STRAIGHT ? (colors[c] * opacity + 127) / 255 : colors[c];
            const unsigned sum = share + 255 - opacity;
            pixel[c] = (uint8_t)(sum > 255 ? 255 : sum);
        }
        pixel[3] = 255;
    }
}

// All tiles of a picture whose samples lie together. libtiff's own loop over them, as Debian 12 has it, takes the tiles of
// uncompressed pictures to be too short.
static bool read_tiles(TIFFRGBAImage *image, uint32_t *words) {
    uint32_t tileWidth = 0, tileHeight = 0;
    tiff.TIFFGetField(image->tif, TIFFTAG_TILEWIDTH, &tileWidth);
    tiff.TIFFGetField(image->tif, TIFFTAG_TILELENGTH, &tileHeight);
    const uint64_t size = tiff.TIFFTileSize64(image->tif);
    unsigned char *tile = tileWidth > 0 && tileHeight > 0 ? malloc(size) : NULL;
    bool isRead = tile != NULL;
    for (uint32_t top = 0; isRead && top < image->height; top += tileHeight) {
        const uint32_t rows = image->height - top < tileHeight ? image->height - top : tileHeight;
        for (uint32_t left = 0; isRead && left < image->width; left += tileWidth) {
            const uint32_t columns = image->width - left < tileWidth ? image->width - left : tileWidth;
            isRead = tiff.TIFFReadTile(image->tif, tile, left, top, 0, 0) >= 0;
            if (isRead)
                image->put.contig(
                    image, words + (size_t)top * image->width + left, left, top, columns, rows,
                    (int32_t)(tileWidth - columns), (int32_t)(image->width - columns), tile);
        }
    }
    free(tile);
    return isRead;
}

static CCodecStatus read_pixels(Decoder *decoder, CCodecHeader header, uint8_t *pixels) {
    CCodecHeader own;
    const CCodecStatus status = read_tags(decoder, &own);
    if (status != CCODEC_OK) return status;
    if (own.width != header.width || own.height != header.height)
        return ccodec_fail(CCODEC_FAILED, decoder->message, "its size differs from the one announced");
    const uint64_t count = (uint64_t)header.width * header.height;
    const bool isTiled = tiff.TIFFIsTiled(decoder->file);
    const uint64_t block = isTiled ? tiff.TIFFTileSize64(decoder->file) : tiff.TIFFStripSize64(decoder->file);
    if (block == 0 || block > (16u << 20) + count * 16)
        return ccodec_fail(CCODEC_FAILED, decoder->message, "its tiles are far larger than the picture");
    char reason[1024] = "";
    TIFFRGBAImage image;
    if (!tiff.TIFFRGBAImageOK(decoder->file, reason) || !tiff.TIFFRGBAImageBegin(&image, decoder->file, 1, reason))
        return ccodec_fail(CCODEC_FAILED, decoder->message, "%s", reason);
    image.req_orientation = image.orientation;  // as it is stored: whoever called turns it
    uint32_t *words = (uint32_t *)(void *)pixels;
    const bool isWhole = isTiled && image.isContig
        ? read_tiles(&image, words)
        : tiff.TIFFRGBAImageGet(&image, words, header.width, header.height) != 0;
    const Alpha alpha = alpha_of(&image);
    tiff.TIFFRGBAImageEnd(&image);
    // Where a tag's data are cut off, libtiff guesses.
    if (!isWhole || decoder->isCutOff) return fail(decoder);
    lay_over_white(pixels, count, alpha);
    return CCODEC_OK;
}

CCodecStatus ctiff_decode(const uint8_t *data, size_t size, CCodecHeader header, uint8_t *pixels, char *message) {
    Decoder decoder = {.data = data, .size = size, .message = message};
    CCodecStatus status = open_decoder(&decoder, (uint64_t)header.width * header.height);
    if (status == CCODEC_OK) status = read_pixels(&decoder, header, pixels);
    close_decoder(&decoder);
    return status;
}
#endif
