#include "failure.h"

#include <stdio.h>

void cpng_failure_start(Failure *failure, char *message) {
    failure->status = CPNG_OK;
    failure->message = message;
    message[0] = 0;
}

void cpng_failure_error(png_structp png, png_const_charp text) { cpng_failure_leave(png, CPNG_FAILED, text); }

void cpng_failure_warning(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

void cpng_failure_leave(png_structp png, CPNGStatus status, const char *message) {
    Failure *failure = png_get_error_ptr(png);
    failure->status = status;
    snprintf(failure->message, CPNG_MESSAGE_SIZE, "%s", message);
    longjmp(failure->exit, 1);
}
