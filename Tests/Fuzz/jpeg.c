#include "CJPEG.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char message[CJPEG_MESSAGE_SIZE];
    CJPEGHeader header;
    if (cjpeg_read_header(data, size, &header, message) != CJPEG_OK) return 0;
    uint8_t *pixels = pixels_for(header.width, header.height, 3);
    if (pixels) cjpeg_decode(data, size, pixels, header.width, header.height, message);
    free(pixels);
    return 0;
}
