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
