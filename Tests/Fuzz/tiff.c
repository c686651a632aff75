#include "CTIFF.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char message[CCODEC_MESSAGE_SIZE];
    uint8_t profile[4096];
    size_t count;
    ctiff_read_profile(data, size, profile, sizeof profile, &count, message);
    CCodecHeader header;
    if (ctiff_read_header(data, size, &header, message) != CCODEC_OK) return 0;
    uint8_t *pixels = pixels_for(header.width, header.height, 4);
    if (pixels) ctiff_decode(data, size, header, pixels, message);
    free(pixels);
    return 0;
}
