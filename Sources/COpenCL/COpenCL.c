#include "COpenCL.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

bool ocellus_opencl_load(
    const char *path, OcellusOpenCLFunctions *functions, char *message, size_t message_size) {
    memset(functions, 0, sizeof *functions);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        snprintf(message, message_size, "%s", dlerror());
        return false;
    }
#define LOAD(name) *(void **)&functions->name = dlsym(library, #name);
    OCELLUS_OPENCL_MANDATORY(LOAD)
#define CHECK(name)                                                          \
    if (!*(void **)&functions->name) {                                       \
        snprintf(message, message_size, "%s has no function %s", path, #name); \
        dlclose(library);                                                    \
        return false;                                                        \
    }
    OCELLUS_OPENCL_MANDATORY(CHECK)
    return true;
}
