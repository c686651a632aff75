// How libjpeg's errors leave libjpeg: a jump to the function that called it.
#ifndef OCELLUS_CJPEG_FAILURE_H
#define OCELLUS_CJPEG_FAILURE_H

#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

#include "CJPEG.h"

typedef struct {
    struct jpeg_error_mgr manager;  // first, so that libjpeg's pointer to it is a pointer to the whole
    jmp_buf exit;
    CJPEGStatus status;
    char *message;
} Failure;

// Makes `failure` the error manager of a (de)compressor; assign the result to its `err`.
struct jpeg_error_mgr *cjpeg_failure_manager(Failure *failure, char *message);

// Leaves libjpeg with a status and a message of our own.
_Noreturn void cjpeg_failure_leave(j_common_ptr cinfo, CJPEGStatus status, const char *message);

#endif
