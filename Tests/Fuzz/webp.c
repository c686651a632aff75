#include "CWebP.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char message[CCODEC_MESSAGE_SIZE];
    size_t offset, count;
    if (cwebp_find_chunk(data, size, "EXIF", &offset, &count, message) == CCODEC_OK
        && (offset > size || count > size - offset))
        abort();
    CCodecHeader header;
    if (cwebp_read_header(data, size, &header, message) != CCODEC_OK) return 0;
    uint8_t *pixels = pixels_for(header.width, header.height, header.hasAlpha ? 4 : 3);
    if (pixels) cwebp_decode(data, size, header, pixels, message);
    free(pixels);
    return 0;
}
