// The pages that people see in a browser, embedded as they stand beside this file.
#include "CPages.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char base_css[] = {
#embed "base.css"
};
static const unsigned char icon_svg[] = {
#embed "icon.svg"
};
static const unsigned char label_html[] = {
#embed "label.html"
};
static const unsigned char label_css[] = {
#embed "label.css"
};
static const unsigned char label_js[] = {
#embed "label.js"
};
static const unsigned char classify_html[] = {
#embed "classify.html"
};
static const unsigned char classify_css[] = {
#embed "classify.css"
};
static const unsigned char classify_js[] = {
#embed "classify.js"
};

#define PAGE(file, bytes) {file, bytes, sizeof bytes},
static const CPage pages[] = {
    PAGE("base.css", base_css)
    PAGE("icon.svg", icon_svg)
    PAGE("label.html", label_html)
    PAGE("label.css", label_css)
    PAGE("label.js", label_js)
    PAGE("classify.html", classify_html)
    PAGE("classify.css", classify_css)
    PAGE("classify.js", classify_js)
};

CPage cpages_file(size_t index) {
    const CPage none = {NULL, NULL, 0};
    return index < sizeof pages / sizeof *pages ? pages[index] : none;
}
