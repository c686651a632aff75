// A window over height and width, as a value; the order is that of `WindowGeometry.kernelIntegers`.
typedef struct {
    int input_height, input_width, output_height, output_width;
    int height, width, stride_height, stride_width, dilation_height, dilation_width, pad_top, pad_left;
} Window;

// The window's row (or column) p for which its element i lies on `place`, or -1 when there is none.
static inline int window_over(int place, int i, int stride, int dilation, int pad, int windows) {
    const int offset = place + pad - i * dilation;
    if (offset < 0) return -1;
    const int p = offset / stride;
    return p * stride == offset && p < windows ? p : -1;
}

// A pixel's place in its plane and the sample it belongs to. Remainders are written out: Oclgrind's check for
// uninitialised memory does not know what its compiler makes of a quotient and a remainder of the same numbers. Pixels of a batch
// are fewer than 2^32, whose division takes a GPU a fraction of the time.
typedef struct {
    ulong sample;
    int row, column;
} Place;

static inline Place place_of(uint pixel, int height, int width) {
    const uint line = pixel / (uint)width;
    const uint sample = line / (uint)height;
    const Place place = {sample, (int)(line - sample * (uint)height), (int)(pixel - line * (uint)width)};
    return place;
}

// The pixel at a place.
static inline ulong pixel_at(ulong sample, int row, int column, int height, int width) {
    return (sample * (uint)height + row) * (uint)width + column;
}
