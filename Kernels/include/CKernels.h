#ifndef OCELLUS_CKERNELS_H
#define OCELLUS_CKERNELS_H

#include <stddef.h>

/// The OpenCL C source of `Kernels/<name>.cl`, ended by a zero byte, or NULL when there is no such file.
const char *_Nullable ocellus_kernel_source(const char *_Nonnull name);

/// The names of all sources; `index` from 0. NULL past the last.
const char *_Nullable ocellus_kernel_name(size_t index);

#endif
