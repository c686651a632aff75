// How the heavy operations of GPUs load and store four columns. A GPU loads four at once only where the type says that
// they are aligned; they are when rows have a multiple of four columns.

// Four neighbouring columns of a row, and zeros from `column_end` on.
static inline float4 load4(global const float *row, int column, int column_end) {
    if (column_end % 4 == 0) return column < column_end ? *(global const float4 *)(row + column) : (float4)0.0f;
    if (column + 4 <= column_end) return vload4(0, row + column);
    float4 value = (float4)0.0f;
    if (column < column_end) value.x = row[column];
    if (column + 1 < column_end) value.y = row[column + 1];
    if (column + 2 < column_end) value.z = row[column + 2];
    return value;
}

// Stores up to four neighbouring columns of `column_end`.
static inline void store4(float4 value, global float *row, int column, int column_end) {
    if (column_end % 4 == 0) {
        if (column < column_end) *(global float4 *)(row + column) = value;
    } else if (column + 4 <= column_end) {
        vstore4(value, 0, row + column);
    } else {
        if (column < column_end) row[column] = value.x;
        if (column + 1 < column_end) row[column + 1] = value.y;
        if (column + 2 < column_end) row[column + 2] = value.z;
    }
}

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
