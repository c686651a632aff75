// What the codecs that are opened at run time share: their answers, and the table of a library's functions. A machine
// that lacks one of these libraries starts the command all the same, and cannot read that format.
#ifndef OCELLUS_CCODEC_H
#define OCELLUS_CCODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Room that a caller must give for a message, its final zero included.
#define CCODEC_MESSAGE_SIZE 256

typedef enum {
    CCODEC_OK = 0,
    CCODEC_TRUNCATED = 1,
    CCODEC_FAILED = 2,
    // The library could not be opened; the message says which.
    CCODEC_MISSING = 3,
} CCodecStatus;

typedef struct {
    uint32_t width;
    uint32_t height;
    int hasAlpha;     // whether pixels may be transparent; they have four samples then, else three
    int orientation;  // EXIF's, 1 to 8, where the library tells it; else 1
} CCodecHeader;

// A function of a library, and where its address goes.
typedef struct {
    const char *name;
    void **address;
} CCodecSymbol;

// Opens the first of `libraries`, a list that ends with NULL, that is there, and finds all of its functions. It stays open.
// False, with a message, when there is none or it lacks one.
bool ccodec_open(const char *const *libraries, const CCodecSymbol *symbols, size_t count, char *message);

// Writes a message as printf does, cut to CCODEC_MESSAGE_SIZE, and returns the status.
CCodecStatus ccodec_fail(CCodecStatus status, char *message, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// A table of functions by their own names; `list` names each through its parameter. With OCELLUS_LINKED_CODECS they are
// linked to, as in a command that has everything in it.
#define CCODEC_FIELD(name) __typeof__(&name) name;
#ifdef OCELLUS_LINKED_CODECS
#define CCODEC_ENTRY(name) .name = &name,
#define CCODEC_TABLE(table, list) static const struct { list(CCODEC_FIELD) } table = {list(CCODEC_ENTRY)}
#else
#define CCODEC_TABLE(table, list) static struct { list(CCODEC_FIELD) } table
#endif

#endif
