#include "CWebP.h"

#include <pthread.h>
#include <string.h>
#include <webp/decode.h>
#include <webp/demux.h>

// MARK: the libraries

#define DECODER_FUNCTIONS(entry) entry(WebPInitDecoderConfigInternal) entry(WebPDecode)
#define DEMUX_FUNCTIONS(entry)                                                                    \
    entry(WebPDemuxInternal) entry(WebPDemuxDelete) entry(WebPDemuxGetI) entry(WebPDemuxGetFrame) \
    entry(WebPDemuxReleaseIterator) entry(WebPDemuxGetChunk) entry(WebPDemuxReleaseChunkIterator)

CCODEC_TABLE(decoder, DECODER_FUNCTIONS);
CCODEC_TABLE(demux, DEMUX_FUNCTIONS);

#ifdef OCELLUS_LINKED_CODECS
static CCodecStatus open_libraries(char *message) {
    message[0] = 0;
    return CCODEC_OK;
}
#else
static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool isOpen;
static char problem[CCODEC_MESSAGE_SIZE];

#define DECODER_SYMBOL(name) {#name, (void **)&decoder.name},
#define DEMUX_SYMBOL(name) {#name, (void **)&demux.name},

static void open_once(void) {
    static const char *const decoderNames[] = {"libwebp.so.7", NULL}, *const demuxNames[] = {"libwebpdemux.so.2", NULL};
    static const CCodecSymbol decoderSymbols[] = {DECODER_FUNCTIONS(DECODER_SYMBOL)};
    static const CCodecSymbol demuxSymbols[] = {DEMUX_FUNCTIONS(DEMUX_SYMBOL)};
    isOpen = ccodec_open(decoderNames, decoderSymbols, sizeof decoderSymbols / sizeof *decoderSymbols, problem)
        && ccodec_open(demuxNames, demuxSymbols, sizeof demuxSymbols / sizeof *demuxSymbols, problem);
}

static CCodecStatus open_libraries(char *message) {
    message[0] = 0;
    pthread_once(&once, open_once);
    return isOpen ? CCODEC_OK : ccodec_fail(CCODEC_MISSING, message, "%s", problem);
}
#endif

// MARK: the container

static CCodecStatus open_container(const uint8_t *data, size_t size, WebPDemuxer **container, char *message) {
    *container = NULL;
    const CCodecStatus status = open_libraries(message);
    if (status != CCODEC_OK) return status;
    const WebPData file = {.bytes = data, .size = size};
    WebPDemuxState state = WEBP_DEMUX_PARSE_ERROR;
    *container = demux.WebPDemuxInternal(&file, 1, &state, WEBP_DEMUX_ABI_VERSION);
    if (*container && state == WEBP_DEMUX_DONE) return CCODEC_OK;
    demux.WebPDemuxDelete(*container);
    *container = NULL;
    if (state == WEBP_DEMUX_PARSING_HEADER || state == WEBP_DEMUX_PARSED_HEADER)
        return ccodec_fail(CCODEC_TRUNCATED, message, "the file ends before the picture does");
    return ccodec_fail(CCODEC_FAILED, message, "its chunks make no sense");
}

// The first picture, and the canvas that it lies on.
static CCodecStatus read_frame(const WebPDemuxer *container, WebPIterator *frame, CCodecHeader *header, char *message) {
    memset(frame, 0, sizeof *frame);
    if (!demux.WebPDemuxGetFrame(container, 1, frame)) return ccodec_fail(CCODEC_FAILED, message, "it has no picture");
    header->width = demux.WebPDemuxGetI(container, WEBP_FF_CANVAS_WIDTH);
    header->height = demux.WebPDemuxGetI(container, WEBP_FF_CANVAS_HEIGHT);
    header->orientation = 1;
    const uint32_t width = (uint32_t)frame->width, height = (uint32_t)frame->height;
    header->hasAlpha = frame->has_alpha != 0 || width < header->width || height < header->height;
    if (frame->width <= 0 || frame->height <= 0 || frame->x_offset < 0 || frame->y_offset < 0
        || width > header->width || height > header->height || (uint32_t)frame->x_offset > header->width - width
        || (uint32_t)frame->y_offset > header->height - height)
        return ccodec_fail(CCODEC_FAILED, message, "its first picture lies outside of its canvas");
    return CCODEC_OK;
}

CCodecStatus cwebp_read_header(const uint8_t *data, size_t size, CCodecHeader *header, char *message) {
    WebPDemuxer *container;
    CCodecStatus status = open_container(data, size, &container, message);
    if (status != CCODEC_OK) return status;
    WebPIterator frame;
    status = read_frame(container, &frame, header, message);
    demux.WebPDemuxReleaseIterator(&frame);
    demux.WebPDemuxDelete(container);
    return status;
}

CCodecStatus cwebp_find_chunk(
    const uint8_t *data, size_t size, const char *type, size_t *offset, size_t *count, char *message) {
    WebPDemuxer *container;
    const CCodecStatus status = open_container(data, size, &container, message);
    if (status != CCODEC_OK) return status;
    WebPChunkIterator chunk;
    memset(&chunk, 0, sizeof chunk);
    const int isFound = demux.WebPDemuxGetChunk(container, type, 1, &chunk);
    if (isFound) {
        *offset = (size_t)(chunk.chunk.bytes - data);
        *count = chunk.chunk.size;
    }
    demux.WebPDemuxReleaseChunkIterator(&chunk);
    demux.WebPDemuxDelete(container);
    return isFound ? CCODEC_OK : ccodec_fail(CCODEC_FAILED, message, "it has no such chunk");
}

// MARK: pixels

static CCodecStatus decode_frame(const WebPIterator *frame, CCodecHeader header, uint8_t *pixels, char *message) {
    WebPDecoderConfig config;
    if (!decoder.WebPInitDecoderConfigInternal(&config, WEBP_DECODER_ABI_VERSION))
        return ccodec_fail(CCODEC_FAILED, message, "libwebp is another version than its header");
    const size_t samples = header.hasAlpha ? 4 : 3, stride = header.width * samples;
    const size_t width = (size_t)frame->width, height = (size_t)frame->height;
    if (width < header.width || height < header.height) memset(pixels, 0, stride * header.height);
    config.output.colorspace = header.hasAlpha ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = pixels + (size_t)frame->y_offset * stride + (size_t)frame->x_offset * samples;
    config.output.u.RGBA.stride = (int)stride;
    config.output.u.RGBA.size = stride * (height - 1) + width * samples;
    switch (decoder.WebPDecode(frame->fragment.bytes, frame->fragment.size, &config)) {
    case VP8_STATUS_OK: return CCODEC_OK;
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED: return ccodec_fail(CCODEC_TRUNCATED, message, "the file ends before the picture does");
    case VP8_STATUS_OUT_OF_MEMORY: return ccodec_fail(CCODEC_FAILED, message, "there is not enough memory");
    case VP8_STATUS_UNSUPPORTED_FEATURE:
        return ccodec_fail(CCODEC_FAILED, message, "it uses what libwebp does not know");
    default: return ccodec_fail(CCODEC_FAILED, message, "its data make no sense");
    }
}

CCodecStatus cwebp_decode(const uint8_t *data, size_t size, CCodecHeader header, uint8_t *pixels, char *message) {
    WebPDemuxer *container;
    CCodecStatus status = open_container(data, size, &container, message);
    if (status != CCODEC_OK) return status;
    WebPIterator frame;
    CCodecHeader own;
    status = read_frame(container, &frame, &own, message);
    if (status == CCODEC_OK
        && (own.width != header.width || own.height != header.height || own.hasAlpha != header.hasAlpha))
        status = ccodec_fail(CCODEC_FAILED, message, "its size differs from the one announced");
    if (status == CCODEC_OK) status = decode_frame(&frame, header, pixels, message);
    demux.WebPDemuxReleaseIterator(&frame);
    demux.WebPDemuxDelete(container);
    return status;
}
