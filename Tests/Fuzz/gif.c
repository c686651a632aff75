#include "CGIF.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char message[CCODEC_MESSAGE_SIZE];
    CCodecHeader header;
    if (cgif_read_header(data, size, &header, message) != CCODEC_OK) return 0;
    uint8_t *pixels = pixels_for(header.width, header.height, header.hasAlpha ? 4 : 3);
    if (pixels) cgif_decode(data, size, header, pixels, message);
    free(pixels);
    return 0;
}
