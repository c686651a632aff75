// How the heavy operations of GPUs load and store four columns. A GPU loads four at once only where the type says that
// they are aligned; they are when rows have a multiple of four columns.

// LOAD(row, column, column_end): four neighbouring columns of a row, and zeros from `column_end` on.
// STORE(value, row, column, column_end): stores up to four neighbouring columns.
#define DEFINE_COLUMNS(TYPE, KIND, LOAD, STORE)                                                           \
    static inline float4 LOAD(global const TYPE *row, int column, int column_end) {                       \
        if (column_end % 4 == 0) return column < column_end ? LOAD4_##KIND(row + column) : (float4)0.0f;  \
        if (column + 4 <= column_end) return VLOAD_##KIND(4, row + column);                               \
        float4 value = (float4)0.0f;                                                                      \
        if (column < column_end) value.x = READ_##KIND(row + column);                                     \
        if (column + 1 < column_end) value.y = READ_##KIND(row + column + 1);                             \
        if (column + 2 < column_end) value.z = READ_##KIND(row + column + 2);                             \
        return value;                                                                                     \
    }                                                                                                     \
    static inline void STORE(float4 value, global TYPE *row, int column, int column_end) {                \
        if (column_end % 4 == 0) {                                                                        \
            if (column < column_end) STORE4_##KIND(value, row + column);                                  \
        } else if (column + 4 <= column_end) {                                                            \
            VSTORE_##KIND(4, value, row + column);                                                        \
        } else {                                                                                          \
            if (column < column_end) WRITE_##KIND(value.x, row + column);                                 \
            if (column + 1 < column_end) WRITE_##KIND(value.y, row + column + 1);                         \
            if (column + 2 < column_end) WRITE_##KIND(value.z, row + column + 2);                         \
        }                                                                                                 \
    }
DEFINE_COLUMNS(float, FLOAT, load4, store4)
DEFINE_COLUMNS(stored, STORED, load4_stored, store4_stored)

DEFINE_ACTIVATION(float4, activate4)

// Bias, then activation, on up to four columns.
static inline float4 finish4(
    float4 value, global const float *bias, int has_bias, int function, int column, int column_end) {
    if (has_bias) {
        value.x += bias[min(column, column_end - 1)];
        value.y += bias[min(column + 1, column_end - 1)];
        value.z += bias[min(column + 2, column_end - 1)];
        value.w += bias[min(column + 3, column_end - 1)];
    }
    return activate4(value, function);
}
