// How libpng's errors leave libpng: a jump to the function that called it.
#ifndef OCELLUS_CPNG_FAILURE_H
#define OCELLUS_CPNG_FAILURE_H

#include <setjmp.h>

#include <png.h>

#include "CPNG.h"

typedef struct {
    jmp_buf exit;
    CPNGStatus status;
    char *message;
} Failure;

void cpng_failure_start(Failure *failure, char *message);

// libpng's error and warning functions; the error pointer is a Failure. Warnings are passed over, as libpng does next.
_Noreturn void cpng_failure_error(png_structp png, png_const_charp text);
void cpng_failure_warning(png_structp png, png_const_charp text);

// Leaves libpng with a status and a message of our own.
_Noreturn void cpng_failure_leave(png_structp png, CPNGStatus status, const char *message);

#endif
