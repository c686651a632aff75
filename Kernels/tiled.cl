// The matrix product of GPUs: a work-group makes a tile of TILE_ROWS x TILE_COLUMNS, each work-item ITEM_ROWS x
// ITEM_COLUMNS of it (multiples of 4), from slices of SLICE inner indices of both factors in local memory. The next slice
// is fetched from global memory while one is multiplied; with BUFFERS = 2 it also has local memory of its own, which
// saves one of two barriers.
//
// The file before this one says what is multiplied, by macros:
//   TILED_NAME, TILED_ARGUMENTS     the kernel's name and arguments
//   TILED_SETUP                     declares `rows`, `columns`, `inner_first`, `inner_end` as uint, and what the others need
//   LEFT_IS_STORED                  whether the left factor is an activation as it is stored (storage.cl), else floats
//   LEFT_ALONG_INNER                whether four elements of the left factor that are loaded at once follow each other along
//                                   inner (1) or across it, along the row (0)
//   LeftLine, LEFT_LINE(row)        what is known once and for all of a row (of four, where elements lie across)
//   LEFT4(line, walk)               four elements of the left factor as BITS4, 0 beyond its end
//   RIGHT_IS_STORED, RIGHT_ALONG_INNER, RightLine, RIGHT_LINE(column), RIGHT4(line, walk)  the same for the right factor
//   Along, ALONG_AT(inner), ALONG_STEP(walk, by)  an inner index from which four follow, and how it moves on
//   LeftAcross, LEFT_ACROSS_AT(inner), LEFT_ACROSS_STEP(walk, by), and the same for RIGHT  one inner index, for four across
//   STORE4(row, column, value)      takes four neighbouring columns of the product; it guards rows and columns
// What a step costs is paid for each slice: it adds and compares, and does not divide.

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

#if LEFT_IS_STORED
#define LEFT_BITS4 BITS4_STORED
#define LEFT_VALUES VALUES_STORED
#else
#define LEFT_BITS4 BITS4_FLOAT
#define LEFT_VALUES VALUES_FLOAT
#endif
#if RIGHT_IS_STORED
#define RIGHT_BITS4 BITS4_STORED
#define RIGHT_VALUES VALUES_STORED
#else
#define RIGHT_BITS4 BITS4_FLOAT
#define RIGHT_VALUES VALUES_FLOAT
#endif

// Where group `index` of four lies in a slice, as (inner, outer): along inner, or across.
static inline uint2 along_place(uint index) { return (uint2)(index % (SLICE / 4) * 4, index / (SLICE / 4)); }
static inline uint2 across_place(uint index, uint tile) { return (uint2)(index / (tile / 4), index % (tile / 4) * 4); }
#if LEFT_ALONG_INNER
#define LEFT_AT(index) along_place(index)
#else
#define LEFT_AT(index) across_place(index, TILE_ROWS)
#endif
#if RIGHT_ALONG_INNER
#define RIGHT_AT(index) along_place(index)
#else
#define RIGHT_AT(index) across_place(index, TILE_COLUMNS)
#endif

// All that an item loads along inner begins at the same inner index. What it loads across begins at the same row (column), at
// inner indices so far apart that the last step leads to the next slice.
#if ITEMS % (SLICE / 4) != 0 || ITEMS % (TILE_ROWS / 4) != 0 || ITEMS % (TILE_COLUMNS / 4) != 0
#error "these tiles do not divide among so many work-items"
#endif
#if LEFT_ALONG_INNER
#define LEFT_LINES LEFT_LOADS
#define LEFT_OF(i) LEFT4(left_lines[i], along)
#define LEFT_ON
#else
#define LEFT_LINES 1
#define LEFT_OF(i) LEFT4(left_lines[0], left_walk)
#define LEFT_ON LEFT_ACROSS_STEP(left_walk, LEFT_LOADS == 1 ? SLICE : ITEMS / (TILE_ROWS / 4));
#endif
#if RIGHT_ALONG_INNER
#define RIGHT_LINES RIGHT_LOADS
#define RIGHT_OF(i) RIGHT4(right_lines[i], along)
#define RIGHT_ON
#else
#define RIGHT_LINES 1
#define RIGHT_OF(i) RIGHT4(right_lines[0], right_walk)
#define RIGHT_ON RIGHT_ACROSS_STEP(right_walk, RIGHT_LOADS == 1 ? SLICE : ITEMS / (TILE_COLUMNS / 4));
#endif
#if LEFT_ALONG_INNER || RIGHT_ALONG_INNER
#define ALONG_ON ALONG_STEP(along, SLICE);
#else
#define ALONG_ON
#endif

// This item's part of the next slice, from global memory into registers, and on to the one after.
#define FETCH                                                                                        \
    _Pragma("unroll") for (int i = 0; i < LEFT_LOADS; ++i) {                                         \
        if (LEFT_FOURS % ITEMS == 0 || item + i * ITEMS < LEFT_FOURS) next_left[i] = LEFT_OF(i);     \
        LEFT_ON                                                                                      \
    }                                                                                                \
    _Pragma("unroll") for (int i = 0; i < RIGHT_LOADS; ++i) {                                        \
        if (RIGHT_FOURS % ITEMS == 0 || item + i * ITEMS < RIGHT_FOURS) next_right[i] = RIGHT_OF(i); \
        RIGHT_ON                                                                                     \
    }                                                                                                \
    ALONG_ON

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

#if LEFT_ALONG_INNER || RIGHT_ALONG_INNER
    Along along = ALONG_AT(inner_first + along_place(item).x);
#endif
    LeftLine left_lines[LEFT_LINES];
#pragma unroll
    for (int i = 0; i < LEFT_LINES; ++i) left_lines[i] = LEFT_LINE(tile_row + LEFT_AT(item + i * ITEMS).y);
#if !LEFT_ALONG_INNER
    LeftAcross left_walk = LEFT_ACROSS_AT(inner_first + LEFT_AT(item).x);
#endif
    RightLine right_lines[RIGHT_LINES];
#pragma unroll
    for (int i = 0; i < RIGHT_LINES; ++i) right_lines[i] = RIGHT_LINE(tile_column + RIGHT_AT(item + i * ITEMS).y);
#if !RIGHT_ALONG_INNER
    RightAcross right_walk = RIGHT_ACROSS_AT(inner_first + RIGHT_AT(item).x);
#endif

    LEFT_BITS4 next_left[LEFT_LOADS];
    RIGHT_BITS4 next_right[RIGHT_LOADS];
    int buffer = 0;
    FETCH
    for (uint slice = inner_first; slice < inner_end; slice += SLICE) {
        local float4 *left_slice = left + buffer * SLICE * LEFT_PITCH;
        local float4 *right_slice = right + buffer * SLICE * RIGHT_PITCH;
#pragma unroll
        for (int i = 0; i < LEFT_LOADS; ++i) {
            const int index = item + i * ITEMS;
            if (LEFT_FOURS % ITEMS == 0 || index < LEFT_FOURS) {
                put4(LEFT_VALUES(next_left[i]), left_slice, LEFT_PITCH, LEFT_AT(index), LEFT_ALONG_INNER);
            }
        }
#pragma unroll
        for (int i = 0; i < RIGHT_LOADS; ++i) {
            const int index = item + i * ITEMS;
            if (RIGHT_FOURS % ITEMS == 0 || index < RIGHT_FOURS) {
                put4(RIGHT_VALUES(next_right[i]), right_slice, RIGHT_PITCH, RIGHT_AT(index), RIGHT_ALONG_INNER);
            }
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
