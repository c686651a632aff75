#include "CPNG.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char message[CPNG_MESSAGE_SIZE], text[4096];
    uint8_t *profile;
    size_t count;
    cpng_read_text(data, size, "Raw profile type exif", text, sizeof text, message);
    if (cpng_read_profile(data, size, 1 << 20, &profile, &count, message) == CPNG_OK) cpng_free(profile);
    CPNGHeader header;
    if (cpng_read_header(data, size, &header, message) != CPNG_OK) return 0;
    uint8_t *pixels = pixels_for(header.width, header.height, header.hasAlpha ? 4 : 3);
    if (pixels) cpng_decode(data, size, header, pixels, message);
    free(pixels);
    return 0;
}
