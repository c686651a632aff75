#include "CGIF.h"

#include <gif_lib.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// MARK: the library

#define GIF_FUNCTIONS(entry)                                                                         \
    entry(DGifOpen) entry(DGifCloseFile) entry(DGifGetRecordType) entry(DGifGetImageDesc)            \
    entry(DGifGetLine) entry(DGifGetExtension) entry(DGifGetExtensionNext) entry(GifErrorString)

CCODEC_TABLE(gif, GIF_FUNCTIONS);

#ifdef OCELLUS_LINKED_CODECS
static CCodecStatus open_library(char *message) {
    message[0] = 0;
    return CCODEC_OK;
}
#else
static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool isOpen;
static char problem[CCODEC_MESSAGE_SIZE];

#define GIF_SYMBOL(name) {#name, (void **)&gif.name},

static void open_once(void) {
    static const char *const names[] = {"libgif.so.7", NULL};
    static const CCodecSymbol symbols[] = {GIF_FUNCTIONS(GIF_SYMBOL)};
    isOpen = ccodec_open(names, symbols, sizeof symbols / sizeof *symbols, problem);
}

static CCodecStatus open_library(char *message) {
    message[0] = 0;
    pthread_once(&once, open_once);
    return isOpen ? CCODEC_OK : ccodec_fail(CCODEC_MISSING, message, "%s", problem);
}
#endif

// MARK: up to the first picture

enum { NO_COLOR = -1 };

typedef struct {
    GifFileType *file;
    const uint8_t *next;
    size_t left;
    int transparent;  // the index of the colour that is none, or NO_COLOR
    bool isCutOff;
    char *message;
} Decoder;

static int read_bytes(GifFileType *file, GifByteType *out, int count) {
    Decoder *decoder = file->UserData;
    const size_t wanted = count < 0 ? 0 : (size_t)count;
    const size_t got = wanted < decoder->left ? wanted : decoder->left;
    if (got < wanted) decoder->isCutOff = true;
    memcpy(out, decoder->next, got);
    decoder->next += got;
    decoder->left -= got;
    return (int)got;
}

static CCodecStatus fail(Decoder *decoder, int error) {
    if (decoder->isCutOff)
        return ccodec_fail(CCODEC_TRUNCATED, decoder->message, "the file ends before the picture does");
    const char *text = gif.GifErrorString(error);
    return ccodec_fail(CCODEC_FAILED, decoder->message, "%s", text ? text : "its data make no sense");
}

static CCodecStatus open_decoder(Decoder *decoder) {
    const CCodecStatus status = open_library(decoder->message);
    if (status != CCODEC_OK) return status;
    int error = 0;
    decoder->file = gif.DGifOpen(decoder, read_bytes, &error);
    return decoder->file ? CCODEC_OK : fail(decoder, error);
}

static void close_decoder(Decoder *decoder) {
    int error;
    if (decoder->file) gif.DGifCloseFile(decoder->file, &error);
}

static CCodecStatus read_extension(Decoder *decoder) {
    int code = 0;
    GifByteType *block = NULL;  // its first byte is the number of those that follow
    if (gif.DGifGetExtension(decoder->file, &code, &block) != GIF_OK) return fail(decoder, decoder->file->Error);
    while (block) {
        if (code == GRAPHICS_EXT_FUNC_CODE && block[0] >= 4) decoder->transparent = block[1] & 1 ? block[4] : NO_COLOR;
        if (gif.DGifGetExtensionNext(decoder->file, &block) != GIF_OK) return fail(decoder, decoder->file->Error);
    }
    return CCODEC_OK;
}

static CCodecStatus read_to_picture(Decoder *decoder) {
    for (;;) {
        GifRecordType type = UNDEFINED_RECORD_TYPE;
        if (gif.DGifGetRecordType(decoder->file, &type) != GIF_OK) return fail(decoder, decoder->file->Error);
        if (type == EXTENSION_RECORD_TYPE) {
            const CCodecStatus status = read_extension(decoder);
            if (status != CCODEC_OK) return status;
        } else if (type == IMAGE_DESC_RECORD_TYPE) {
            if (gif.DGifGetImageDesc(decoder->file) == GIF_OK) return CCODEC_OK;
            return fail(decoder, decoder->file->Error);
        } else {
            return ccodec_fail(CCODEC_FAILED, decoder->message, "it has no picture");
        }
    }
}

static CCodecStatus read_header(Decoder *decoder, CCodecHeader *header) {
    const CCodecStatus status = read_to_picture(decoder);
    if (status != CCODEC_OK) return status;
    const GifImageDesc *picture = &decoder->file->Image;
    if (picture->Width <= 0 || picture->Height <= 0 || picture->Left < 0 || picture->Top < 0)
        return ccodec_fail(CCODEC_FAILED, decoder->message, "its first picture has no pixels");
    const int right = picture->Left + picture->Width, bottom = picture->Top + picture->Height;
    const int width = decoder->file->SWidth, height = decoder->file->SHeight;
    header->width = (uint32_t)(right > width ? right : width);
    header->height = (uint32_t)(bottom > height ? bottom : height);
    header->hasAlpha = decoder->transparent != NO_COLOR;
    header->orientation = 1;
    return CCODEC_OK;
}

CCodecStatus cgif_read_header(const uint8_t *data, size_t size, CCodecHeader *header, char *message) {
    Decoder decoder = {.next = data, .left = size, .transparent = NO_COLOR, .message = message};
    CCodecStatus status = open_decoder(&decoder);
    if (status == CCODEC_OK) status = read_header(&decoder, header);
    close_decoder(&decoder);
    return status;
}

// MARK: pixels

// The colours of all indices; those that the file has not are grey, as all are when it has no palette.
static void read_colors(const Decoder *decoder, uint8_t colors[256][4]) {
    for (int i = 0; i < 256; ++i) {
        colors[i][0] = colors[i][1] = colors[i][2] = (uint8_t)i;
        colors[i][3] = 255;
    }
    const ColorMapObject *map = decoder->file->Image.ColorMap ? decoder->file->Image.ColorMap : decoder->file->SColorMap;
    for (int i = 0; map && i < map->ColorCount && i < 256; ++i) {
        colors[i][0] = map->Colors[i].Red;
        colors[i][1] = map->Colors[i].Green;
        colors[i][2] = map->Colors[i].Blue;
    }
    if (decoder->transparent != NO_COLOR) colors[decoder->transparent][3] = 0;
}

static CCodecStatus read_pixels(
    Decoder *decoder, CCodecHeader header, uint8_t colors[256][4], GifPixelType *line, uint8_t *pixels) {
    const GifImageDesc *picture = &decoder->file->Image;
    const size_t samples = header.hasAlpha ? 4 : 3, count = (size_t)header.width * header.height;
    const uint8_t *ground = colors[decoder->transparent != NO_COLOR ? decoder->transparent : 0];
    if ((uint32_t)picture->Width < header.width || (uint32_t)picture->Height < header.height)
        for (size_t i = 0; i < count; ++i) memcpy(pixels + i * samples, ground, samples);
    static const int starts[] = {0, 4, 2, 1}, steps[] = {8, 8, 4, 2};
    for (int pass = 0; pass < (picture->Interlace ? 4 : 1); ++pass) {
        const int step = picture->Interlace ? steps[pass] : 1;
        for (int y = picture->Interlace ? starts[pass] : 0; y < picture->Height; y += step) {
            if (gif.DGifGetLine(decoder->file, line, picture->Width) != GIF_OK)
                return fail(decoder, decoder->file->Error);
            const size_t place = (size_t)(picture->Top + y) * header.width + (size_t)picture->Left;
            for (int x = 0; x < picture->Width; ++x)
                memcpy(pixels + (place + (size_t)x) * samples, colors[line[x]], samples);
        }
    }
    return CCODEC_OK;
}

static CCodecStatus decode(Decoder *decoder, CCodecHeader header, uint8_t *pixels) {
    CCodecHeader own;
    CCodecStatus status = read_header(decoder, &own);
    if (status != CCODEC_OK) return status;
    if (own.width != header.width || own.height != header.height || own.hasAlpha != header.hasAlpha)
        return ccodec_fail(CCODEC_FAILED, decoder->message, "its size differs from the one announced");
    GifPixelType *line = malloc((size_t)decoder->file->Image.Width);
    if (!line) return ccodec_fail(CCODEC_FAILED, decoder->message, "there is not enough memory");
    uint8_t colors[256][4];
    read_colors(decoder, colors);
    status = read_pixels(decoder, header, colors, line, pixels);
    free(line);
    return status;
}

CCodecStatus cgif_decode(const uint8_t *data, size_t size, CCodecHeader header, uint8_t *pixels, char *message) {
    Decoder decoder = {.next = data, .left = size, .transparent = NO_COLOR, .message = message};
    CCodecStatus status = open_decoder(&decoder);
    if (status == CCODEC_OK) status = decode(&decoder, header, pixels);
    close_decoder(&decoder);
    return status;
}
