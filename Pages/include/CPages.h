#ifndef OCELLUS_CPAGES_H
#define OCELLUS_CPAGES_H

#include <stddef.h>

/// A file of a page, as it is sent to a browser.
typedef struct {
    /// Its name, as `label.css`; NULL for none.
    const char *_Nullable name;
    const unsigned char *_Nullable bytes;
    size_t count;
} CPage;

/// The files of all pages; `index` from 0. One without a name past the last.
CPage cpages_file(size_t index);

#endif
