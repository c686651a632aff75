#include "failure.h"

static void leave_with_libjpegs_message(j_common_ptr cinfo) {
    Failure *failure = (Failure *)cinfo->err;
    char text[JMSG_LENGTH_MAX];
    cinfo->err->format_message(cinfo, text);
    failure->status = CJPEG_FAILED;
    snprintf(failure->message, CJPEG_MESSAGE_SIZE, "%s", text);
    longjmp(failure->exit, 1);
}

// libjpeg's own managers print here, and count a warning for damage that it can step over.
static void print_nothing(j_common_ptr cinfo) { (void)cinfo; }
static void pass_over(j_common_ptr cinfo, int level) {
    (void)cinfo;
    (void)level;
}

struct jpeg_error_mgr *cjpeg_failure_manager(Failure *failure, char *message) {
    jpeg_std_error(&failure->manager);
    failure->manager.error_exit = leave_with_libjpegs_message;
    failure->manager.output_message = print_nothing;
    failure->manager.emit_message = pass_over;
    failure->status = CJPEG_OK;
    failure->message = message;
    message[0] = 0;
    return &failure->manager;
}

void cjpeg_failure_leave(j_common_ptr cinfo, CJPEGStatus status, const char *message) {
    Failure *failure = (Failure *)cinfo->err;
    failure->status = status;
    snprintf(failure->message, CJPEG_MESSAGE_SIZE, "%s", message);
    longjmp(failure->exit, 1);
}
