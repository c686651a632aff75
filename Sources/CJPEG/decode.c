#include "failure.h"

// A progressive file may hold any number of scans, each of which costs a pass over the whole picture: a small file
// could keep a decoder busy for hours. Real encoders write about ten.
enum { MAXIMUM_SCANS = 500 };

typedef struct {
    struct jpeg_decompress_struct cinfo;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    Failure failure;
} Decoder;

// MARK: the source: one block of memory. Asking for more means that the file is cut off; libjpeg's own source would
// paint the rest grey.

static void source_start(j_decompress_ptr cinfo) { (void)cinfo; }

static boolean source_more(j_decompress_ptr cinfo) {
    cjpeg_failure_leave((j_common_ptr)cinfo, CJPEG_TRUNCATED, "the file ends before the picture does");
}

static void source_skip(j_decompress_ptr cinfo, long count) {
    if (count <= 0) return;
    if ((size_t)count > cinfo->src->bytes_in_buffer) source_more(cinfo);
    cinfo->src->next_input_byte += count;
    cinfo->src->bytes_in_buffer -= (size_t)count;
}

static void limit_scans(j_common_ptr common) {
    if (((j_decompress_ptr)common)->input_scan_number > MAXIMUM_SCANS)
        cjpeg_failure_leave(common, CJPEG_FAILED, "it has more than 500 scans");
}

static void open_decoder(Decoder *decoder, const uint8_t *data, size_t size) {
    jpeg_create_decompress(&decoder->cinfo);
    decoder->source.init_source = source_start;
    decoder->source.fill_input_buffer = source_more;
    decoder->source.skip_input_data = source_skip;
    decoder->source.resync_to_restart = jpeg_resync_to_restart;
    decoder->source.term_source = source_start;
    decoder->source.next_input_byte = data;
    decoder->source.bytes_in_buffer = size;
    decoder->cinfo.src = &decoder->source;
    decoder->progress.progress_monitor = limit_scans;
    decoder->cinfo.progress = &decoder->progress;
    jpeg_read_header(&decoder->cinfo, TRUE);
}

// The decoder belongs to the caller of each function that calls setjmp: its own locals are indeterminate after the
// jump.

static void try_header(Decoder *decoder, const uint8_t *data, size_t size, CJPEGHeader *header) {
    if (setjmp(decoder->failure.exit) != 0) return;
    open_decoder(decoder, data, size);
    header->width = decoder->cinfo.image_width;
    header->height = decoder->cinfo.image_height;
}

CJPEGStatus cjpeg_read_header(const uint8_t *data, size_t size, CJPEGHeader *header, char *message) {
    Decoder decoder = {0};
    decoder.cinfo.err = cjpeg_failure_manager(&decoder.failure, message);
    try_header(&decoder, data, size, header);
    jpeg_destroy_decompress(&decoder.cinfo);
    return decoder.failure.status;
}

// MARK: pixels

static void read_rgb(j_decompress_ptr cinfo, uint8_t *pixels) {
    const size_t rowBytes = (size_t)cinfo->output_width * 3;
    while (cinfo->output_scanline < cinfo->output_height) {
        JSAMPROW rows[8];
        JDIMENSION count = cinfo->output_height - cinfo->output_scanline;
        if (count > 8) count = 8;
        for (JDIMENSION i = 0; i < count; ++i) rows[i] = pixels + (cinfo->output_scanline + i) * rowBytes;
        jpeg_read_scanlines(cinfo, rows, count);
    }
}

// a × b ÷ 255, rounded.
static unsigned scaled(unsigned a, unsigned b) {
    const unsigned product = a * b + 128;
    return (product + (product >> 8)) >> 8;
}

// Samples are taken as Adobe's applications write them, inverted: 255 is no ink. So the paper's share of each colour is
// the sample itself, and black takes its share of that.
static void read_cmyk(j_decompress_ptr cinfo, uint8_t *pixels) {
    JSAMPARRAY row =
        cinfo->mem->alloc_sarray((j_common_ptr)cinfo, JPOOL_IMAGE, cinfo->output_width * 4, 1);
    while (cinfo->output_scanline < cinfo->output_height) {
        jpeg_read_scanlines(cinfo, row, 1);
        const uint8_t *from = row[0];
        for (JDIMENSION x = 0; x < cinfo->output_width; ++x, from += 4, pixels += 3) {
            const unsigned paper = from[3];
            for (int c = 0; c < 3; ++c) pixels[c] = (uint8_t)(paper - scaled(255u - from[c], paper));
        }
    }
}

static void try_decode(
    Decoder *decoder, const uint8_t *data, size_t size, uint8_t *pixels, uint32_t width, uint32_t height) {
    if (setjmp(decoder->failure.exit) != 0) return;
    j_decompress_ptr cinfo = &decoder->cinfo;
    open_decoder(decoder, data, size);
    if (cinfo->image_width != width || cinfo->image_height != height)
        cjpeg_failure_leave((j_common_ptr)cinfo, CJPEG_FAILED, "its size differs from the one announced");
    const int isCMYK = cinfo->num_components == 4;
    cinfo->out_color_space = isCMYK ? JCS_CMYK : JCS_RGB;
    cinfo->dct_method = JDCT_ISLOW;
    cinfo->do_fancy_upsampling = TRUE;
    jpeg_start_decompress(cinfo);
    if (isCMYK) {
        read_cmyk(cinfo, pixels);
    } else {
        read_rgb(cinfo, pixels);
    }
    jpeg_finish_decompress(cinfo);
}

CJPEGStatus cjpeg_decode(
    const uint8_t *data, size_t size, uint8_t *pixels, uint32_t width, uint32_t height, char *message) {
    Decoder decoder = {0};
    decoder.cinfo.err = cjpeg_failure_manager(&decoder.failure, message);
    try_decode(&decoder, data, size, pixels, width, height);
    jpeg_destroy_decompress(&decoder.cinfo);
    return decoder.failure.status;
}
