// The matrix product of GPUs: a work-group makes a tile of TILE_ROWS x TILE_COLUMNS, each work-item ITEM_ROWS x
// ITEM_COLUMNS of it (multiples of 4), from slices of SLICE inner indices of both factors in local memory. The next slice
// is fetched from global memory while one is multiplied; with BUFFERS = 2 it also has local memory of its own, which
// saves one of two barriers.
//
// The file before this one says what is multiplied, by macros:
//   TILED_NAME, TILED_ARGUMENTS     the kernel's name and arguments
//   TILED_SETUP                     declares `rows`, `columns`, `inner_first`, `inner_end`, and what the others need
//   LEFT4, RIGHT4                   four elements of the left (row, inner), right (inner, column) factor, that follow
//                                   each other along inner when LEFT_ALONG_INNER (RIGHT_ALONG_INNER) is 1, else along
//                                   the row (column); 0 beyond the factor's end
//   STORE4(row, column, value)      takes four neighbouring columns of the product; it guards rows and columns

// The order is that of `MatrixTile.defines`.
#define ITEMS_ACROSS (TILE_COLUMNS / ITEM_COLUMNS)
#define ITEMS (TILE_ROWS / ITEM_ROWS * ITEMS_ACROSS)
// An item's rows (columns) are runs of four, this far from each other, so that neighbouring items read neighbours.
#define ROW_STEP (TILE_ROWS / (ITEM_ROWS / 4))
#define COLUMN_STEP (TILE_COLUMNS / (ITEM_COLUMNS / 4))
// Groups of four elements of a slice, and how many an item loads.
#define LEFT_FOURS (TILE_ROWS * SLICE / 4)
#define RIGHT_FOURS (TILE_COLUMNS * SLICE / 4)
#define LEFT_LOADS ((LEFT_FOURS + ITEMS - 1) / ITEMS)
#define RIGHT_LOADS ((RIGHT_FOURS + ITEMS - 1) / ITEMS)

// Where group `index` of four lies in a slice, as (inner, outer): along inner, or across.
static inline int2 along(int index) { return (int2)(index % (SLICE / 4) * 4, index / (SLICE / 4)); }
static inline int2 across(int index, int tile) { return (int2)(index / (tile / 4), index % (tile / 4) * 4); }
#if LEFT_ALONG_INNER
#define LEFT_AT(index) along(index)
#else
#define LEFT_AT(index) across(index, TILE_ROWS)
#endif
#if RIGHT_ALONG_INNER
#define RIGHT_AT(index) along(index)
#else
#define RIGHT_AT(index) across(index, TILE_COLUMNS)
#endif

// FETCH(slice): this item's part of a slice, from global memory into registers.
#define FETCH(slice)                                                                             \
    _Pragma("unroll") for (int i = 0; i < LEFT_LOADS; ++i) {                                     \
        const int index = item + i * ITEMS;                                                      \
        if (LEFT_FOURS % ITEMS == 0 || index < LEFT_FOURS) {                                     \
            const int2 at = LEFT_AT(index);                                                      \
            next_left[i] = LEFT4(tile_row + at.y, (slice) + at.x);                               \
        }                                                                                        \
    }                                                                                            \
    _Pragma("unroll") for (int i = 0; i < RIGHT_LOADS; ++i) {                                    \
        const int index = item + i * ITEMS;                                                      \
        if (RIGHT_FOURS % ITEMS == 0 || index < RIGHT_FOURS) {                                   \
            const int2 at = RIGHT_AT(index);                                                     \
            next_right[i] = RIGHT4((slice) + at.x, tile_column + at.y);                          \
        }                                                                                        \
    }

// Puts four neighbours along inner, or across, into a slice.
static inline void put4(float4 value, local float4 *slice, int pitch, int2 at, bool is_along_inner) {
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
    const int tile_column = get_group_id(0) * TILE_COLUMNS;
    const ulong tile_row = get_group_id(1) * (ulong)TILE_ROWS;
    TILED_SETUP

    const int item_row = item / ITEMS_ACROSS;
    const int item_column = item - item_row * ITEMS_ACROSS;
    float4 sums[ITEM_ROWS][ITEM_COLUMNS / 4];
#pragma unroll
    for (int r = 0; r < ITEM_ROWS; ++r) {
#pragma unroll
        for (int c = 0; c < ITEM_COLUMNS / 4; ++c) sums[r][c] = (float4)0.0f;
    }

    float4 next_left[LEFT_LOADS];
    float4 next_right[RIGHT_LOADS];
    int buffer = 0;
    FETCH(inner_first)
    for (ulong slice = inner_first; slice < inner_end; slice += SLICE) {
        local float4 *left_slice = left + buffer * SLICE * LEFT_PITCH;
        local float4 *right_slice = right + buffer * SLICE * RIGHT_PITCH;
#pragma unroll
        for (int i = 0; i < LEFT_LOADS; ++i) {
            const int index = item + i * ITEMS;
            if (LEFT_FOURS % ITEMS == 0 || index < LEFT_FOURS) {
                put4(next_left[i], left_slice, LEFT_PITCH, LEFT_AT(index), LEFT_ALONG_INNER);
            }
        }
#pragma unroll
        for (int i = 0; i < RIGHT_LOADS; ++i) {
            const int index = item + i * ITEMS;
            if (RIGHT_FOURS % ITEMS == 0 || index < RIGHT_FOURS) {
                put4(next_right[i], right_slice, RIGHT_PITCH, RIGHT_AT(index), RIGHT_ALONG_INNER);
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        if (slice + SLICE < inner_end) {
            FETCH(slice + SLICE)
        }
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
        const ulong row = tile_row + r / 4 * ROW_STEP + item_row * 4 + r % 4;
#pragma unroll
        for (int c = 0; c < ITEM_COLUMNS / 4; ++c) {
            STORE4(row, tile_column + c * COLUMN_STEP + item_column * 4, sums[r][c]);
        }
    }
}
