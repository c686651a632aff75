#define _GNU_SOURCE
#include "CMapping.h"

#include <errno.h>
#include <sys/mman.h>

int cmapping_replace(void *to, void *from, size_t count) {
#ifdef __linux__
    return mremap(from, count, count, MREMAP_MAYMOVE | MREMAP_FIXED, to) == MAP_FAILED ? errno : 0;
#else
    (void)to, (void)from, (void)count;
    return ENOSYS;
#endif
}
