// The matrix product of GPUs: a work-group makes a tile of TILE_ROWS x TILE_COLUMNS, each work-item ITEM_ROWS x
// ITEM_COLUMNS of it (multiples of 4), from slices of both factors in local memory. The next slice is fetched from global memory
// while one is multiplied (tiled_fetch.cl, which also says what the file before it tells); with BUFFERS = 2 it also has local
// memory of its own, which saves one of two barriers.

// The order is that of `MatrixTile.defines`.
#define ITEMS_ACROSS (TILE_COLUMNS / ITEM_COLUMNS)
// An item's rows (columns) are runs of four, this far from each other, so that neighbouring items read neighbours.
#define ROW_STEP (TILE_ROWS / (ITEM_ROWS / 4))
#define COLUMN_STEP (TILE_COLUMNS / (ITEM_COLUMNS / 4))

#if LEFT_IS_STORED
#define LEFT_VALUES VALUES_STORED
#else
#define LEFT_VALUES VALUES_FLOAT
#endif
#if RIGHT_IS_STORED
#define RIGHT_VALUES VALUES_STORED
#else
#define RIGHT_VALUES VALUES_FLOAT
#endif

// Puts four neighbours along inner, or across, into a slice.
static inline void put4(float4 value, local float4 *slice, int pitch, uint2 at, bool is_along_inner) {
    if (!is_along_inner) {
        slice[at.x * pitch + at.y / 4] = value;
        return;
    }
    local float *to = (local float *)(slice + at.x * pitch) + at.y;
    to[0] = value.x;
    to[4 * pitch] = value.y;
    to[8 * pitch] = value.z;
    to[12 * pitch] = value.w;
}

// One more group of four than needed keeps stores along inner on different banks.
#define LEFT_PITCH (TILE_ROWS / 4 + 1)
#define RIGHT_PITCH (TILE_COLUMNS / 4 + 1)

__attribute__((reqd_work_group_size(ITEMS, 1, 1))) kernel void TILED_NAME(TILED_ARGUMENTS) {
    // As float4, so that each is loaded at once.
    local float4 left[BUFFERS * SLICE * LEFT_PITCH];
    local float4 right[BUFFERS * SLICE * RIGHT_PITCH];
    const int item = get_local_id(0);
    const uint tile_column = get_group_id(0) * TILE_COLUMNS;
    const uint tile_row = get_group_id(1) * TILE_ROWS;
    TILED_SETUP

    const int item_row = item / ITEMS_ACROSS;
    const int item_column = item - item_row * ITEMS_ACROSS;
    float4 sums[ITEM_ROWS][ITEM_COLUMNS / 4];
#pragma unroll
    for (int r = 0; r < ITEM_ROWS; ++r) {
#pragma unroll
        for (int c = 0; c < ITEM_COLUMNS / 4; ++c) sums[r][c] = (float4)0.0f;
    }
    FETCH_START

    int buffer = 0;
    FETCH
    for (uint slice = inner_first; slice < inner_end; slice += SLICE) {
        local float4 *left_slice = left + buffer * SLICE * LEFT_PITCH;
        local float4 *right_slice = right + buffer * SLICE * RIGHT_PITCH;
#pragma unroll
        for (int i = 0; i < LEFT_LOADS; ++i) {
            if (LEFT_HAS(i)) put4(LEFT_VALUES(next_left[i]), left_slice, LEFT_PITCH, LEFT_AT(i), LEFT_ALONG_INNER);
        }
#pragma unroll
        for (int i = 0; i < RIGHT_LOADS; ++i) {
            if (RIGHT_HAS(i)) put4(RIGHT_VALUES(next_right[i]), right_slice, RIGHT_PITCH, RIGHT_AT(i), RIGHT_ALONG_INNER);
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        if (slice + SLICE < inner_end) {
            FETCH
        }
#pragma unroll
        for (int k = 0; k < SLICE; ++k) {
            local const float4 *left_row = left_slice + k * LEFT_PITCH + item_row;
            local const float4 *right_row = right_slice + k * RIGHT_PITCH + item_column;
            float4 factors[ITEM_COLUMNS / 4];
#pragma unroll
            for (int c = 0; c < ITEM_COLUMNS / 4; ++c) factors[c] = right_row[c * (COLUMN_STEP / 4)];
#pragma unroll
            for (int r = 0; r < ITEM_ROWS; r += 4) {
                const float4 column = left_row[r / 4 * (ROW_STEP / 4)];
#pragma unroll
                for (int c = 0; c < ITEM_COLUMNS / 4; ++c) {
                    sums[r][c] = MULTIPLY_ADD((float4)column.x, factors[c], sums[r][c]);
                    sums[r + 1][c] = MULTIPLY_ADD((float4)column.y, factors[c], sums[r + 1][c]);
                    sums[r + 2][c] = MULTIPLY_ADD((float4)column.z, factors[c], sums[r + 2][c]);
                    sums[r + 3][c] = MULTIPLY_ADD((float4)column.w, factors[c], sums[r + 3][c]);
                }
            }
        }
#if BUFFERS == 2
        buffer ^= 1;
#else
        barrier(CLK_LOCAL_MEM_FENCE);
#endif
    }
#pragma unroll
    for (int r = 0; r < ITEM_ROWS; ++r) {
        const uint row = tile_row + r / 4 * ROW_STEP + item_row * 4 + r % 4;
#pragma unroll
        for (int c = 0; c < ITEM_COLUMNS / 4; ++c) {
            STORE4(row, tile_column + c * COLUMN_STEP + item_column * 4, sums[r][c]);
        }
    }
}
