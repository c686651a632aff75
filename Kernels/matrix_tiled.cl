// The product of two matrices with any strides, one pair a batch index; the inner index in fixed chunks. With one chunk
// bias and activation follow; with more, each chunk gives a partial product, and a second pass adds them.
// LEFT_ALONG_INNER and RIGHT_ALONG_INNER say in which direction a factor's elements are neighbours, LEFT_FOURS_FIT and
// RIGHT_FOURS_FIT whether there are a multiple of four of them and the other stride is one, so that four are there or none, and
// aligned; WHOLE_SLICES whether the inner index has whole slices of up to 32; FUNCTION which activation follows.

typedef struct {
    int rows, columns, inner, left_row, left_inner, right_inner, right_column, left_batch, right_batch, inner_a_chunk;
} Product;

// LEFT_IS_STORED, RIGHT_IS_STORED and PRODUCT_STORED say which is an activation as it is stored; the others are floats.

#if LEFT_IS_STORED
#define left_type stored
#else
#define left_type float
#endif
#if RIGHT_IS_STORED
#define right_type stored
#else
#define right_type float
#endif
#if PRODUCT_STORED
#define product_type stored
#define STORE_PRODUCT store4_stored
#else
#define product_type float
#define STORE_PRODUCT store4
#endif

#define TILED_NAME matrix_tiled
#define TILED_ARGUMENTS                                                                       \
    global const left_type *left_factor, global const right_type *right_factor, global const float *bias, \
        global product_type *product, Product sizes, int rows_are_samples, int inner_are_samples, int has_bias, \
        int chunks, int count

#define TILED_SETUP                                                                              \
    const uint rows = rows_are_samples ? count : sizes.rows;                                     \
    const uint inner = inner_are_samples ? count : sizes.inner;                                  \
    const uint columns = sizes.columns;                                                          \
    const uint batch = get_group_id(2) / (uint)chunks;                                           \
    const uint chunk = get_group_id(2) - batch * (uint)chunks;                                   \
    const uint inner_first = chunk * (uint)sizes.inner_a_chunk;                                  \
    const uint inner_end = min(inner_first + (uint)sizes.inner_a_chunk, inner);                  \
    left_factor += batch * (ulong)(uint)sizes.left_batch;                                        \
    right_factor += batch * (ulong)(uint)sizes.right_batch;                                      \
    product += get_group_id(2) * (ulong)rows * columns;

// A row or column, or the first of four: its elements, and how many there are from it on. What is beyond the last stands for the
// first: its products are never stored.
#define DEFINE_LINE(TYPE, NAME)       \
    typedef struct {                  \
        global const TYPE *from;      \
        int present;                  \
    } NAME;
DEFINE_LINE(left_type, LeftLine)
DEFINE_LINE(right_type, RightLine)

// An inner index is all there is to know of where along a factor.
typedef uint Along;
typedef uint LeftAcross;
typedef uint RightAcross;
#define ALONG_AT(inner) (inner)
#define ALONG_STEP(inner, by) (inner) += (by)
#define LEFT_ACROSS_AT(inner) (inner)
#define LEFT_ACROSS_STEP(inner, by) (inner) += (by)
#define RIGHT_ACROSS_AT(inner) (inner)
#define RIGHT_ACROSS_STEP(inner, by) (inner) += (by)

// NAME: four elements of a line, along inner or across, and zeros beyond the ends.
#define DEFINE_ELEMENTS(LINE, TYPE, KIND, NAME)                                                      \
    static inline BITS4_##KIND NAME(                                                                 \
        LINE line, uint inner, uint inner_end, uint inner_stride, int is_along, int fours_fit) {     \
        global const TYPE *from = line.from + inner * (ulong)inner_stride;                           \
        if (fours_fit && WHOLE_SLICES) return LOAD4_BITS_##KIND(from);                               \
        if (inner >= inner_end) return (BITS4_##KIND)0;                                              \
        if (fours_fit) return LOAD4_BITS_##KIND(from);                                               \
        const int present = is_along ? (int)(inner_end - inner) : line.present;                      \
        if (present >= 4) return VLOAD4_BITS_##KIND(from);                                           \
        BITS4_##KIND value = (BITS4_##KIND)0;                                                        \
        value.x = READ_BITS_##KIND(from);                                                            \
        if (present > 1) value.y = READ_BITS_##KIND(from + 1);                                       \
        if (present > 2) value.z = READ_BITS_##KIND(from + 2);                                       \
        return value;                                                                                \
    }
#if LEFT_IS_STORED
DEFINE_ELEMENTS(LeftLine, stored, STORED, left4)
#else
DEFINE_ELEMENTS(LeftLine, float, FLOAT, left4)
#endif
#if RIGHT_IS_STORED
DEFINE_ELEMENTS(RightLine, stored, STORED, right4)
#else
DEFINE_ELEMENTS(RightLine, float, FLOAT, right4)
#endif

static inline LeftLine left_line(global const left_type *factor, uint outer, uint end, int stride) {
    if (outer >= end) outer = 0;
    const LeftLine line = {factor + outer * (ulong)(uint)stride, (int)(end - outer)};
    return line;
}
static inline RightLine right_line(global const right_type *factor, uint outer, uint end, int stride) {
    if (outer >= end) outer = 0;
    const RightLine line = {factor + outer * (ulong)(uint)stride, (int)(end - outer)};
    return line;
}
#define LEFT_LINE(row) left_line(left_factor, row, rows, sizes.left_row)
#define RIGHT_LINE(column) right_line(right_factor, column, columns, sizes.right_column)
#define LEFT4(line, index) \
    left4(line, index, inner_end, LEFT_ALONG_INNER ? 1 : sizes.left_inner, LEFT_ALONG_INNER, LEFT_FOURS_FIT)
#define RIGHT4(line, index) \
    right4(line, index, inner_end, RIGHT_ALONG_INNER ? 1 : sizes.right_inner, RIGHT_ALONG_INNER, RIGHT_FOURS_FIT)
#define STORE4(row, column, value)                                                               \
    if ((row) < rows) {                                                                          \
        STORE_PRODUCT(                                                                           \
            finish4(value, bias, has_bias, FUNCTION, column, columns), product + (row) * (ulong)columns, column, \
            columns);                                                                            \
    }
