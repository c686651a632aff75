#include "CCodec.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>

bool ccodec_open(const char *const *libraries, const CCodecSymbol *symbols, size_t count, char *message) {
    void *library = NULL;
    for (size_t i = 0; libraries[i] && !library; ++i) library = dlopen(libraries[i], RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        snprintf(message, CCODEC_MESSAGE_SIZE, "%s", libraries[0]);
        return false;
    }
    for (size_t i = 0; i < count; ++i) {
        *symbols[i].address = dlsym(library, symbols[i].name);
        if (*symbols[i].address) continue;
        snprintf(message, CCODEC_MESSAGE_SIZE, "%s with %s in it", libraries[0], symbols[i].name);
        dlclose(library);
        return false;
    }
    return true;
}

CCodecStatus ccodec_fail(CCodecStatus status, char *message, const char *format, ...) {
    va_list values;
    va_start(values, format);
    vsnprintf(message, CCODEC_MESSAGE_SIZE, format, values);
    va_end(values);
    return status;
}
