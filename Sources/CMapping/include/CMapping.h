// What Swift cannot call of the system's memory mappings, because it takes a varying number of arguments.
#ifndef OCELLUS_CMAPPING_H
#define OCELLUS_CMAPPING_H

#include <stddef.h>

/// Puts the memory at `from` in the place of that at `to`, whose address it has from then on, at one stroke: other threads may
/// read there meanwhile. Both are whole mappings of `count` bytes.
///
/// Returns 0, or an error number; where the system has no such call, ENOSYS.
int cmapping_replace(void *_Nonnull to, void *_Nonnull from, size_t count);

#endif
