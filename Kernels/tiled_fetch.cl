// How the items of a work-group fetch the slices of both factors, for the skeletons of products of GPUs (tiled.cl and those
// beside it): a group of ITEMS makes a tile of TILE_ROWS x TILE_COLUMNS from slices of SLICE inner indices, four elements at a
// time.
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

// Groups of four elements of a slice, and how many an item loads.
#define LEFT_FOURS (TILE_ROWS * SLICE / 4)
#define RIGHT_FOURS (TILE_COLUMNS * SLICE / 4)
#define LEFT_LOADS ((LEFT_FOURS + ITEMS - 1) / ITEMS)
#define RIGHT_LOADS ((RIGHT_FOURS + ITEMS - 1) / ITEMS)
#define LEFT_HAS(i) (LEFT_FOURS % ITEMS == 0 || item + (i) * ITEMS < LEFT_FOURS)
#define RIGHT_HAS(i) (RIGHT_FOURS % ITEMS == 0 || item + (i) * ITEMS < RIGHT_FOURS)

// Where an item's load i lies in a slice, as (inner, outer).
static inline uint2 place_along(uint index) { return (uint2)(index % (SLICE / 4) * 4, index / (SLICE / 4)); }
static inline uint2 place_across(uint index, uint tile) { return (uint2)(index / (tile / 4), index % (tile / 4) * 4); }
#if LEFT_ALONG_INNER
#define LEFT_AT(i) place_along(item + (i) * ITEMS)
#else
#define LEFT_AT(i) place_across(item + (i) * ITEMS, TILE_ROWS)
#endif
#if RIGHT_ALONG_INNER
#define RIGHT_AT(i) place_along(item + (i) * ITEMS)
#else
#define RIGHT_AT(i) place_across(item + (i) * ITEMS, TILE_COLUMNS)
#endif

#if LEFT_IS_STORED
#define LEFT_BITS4 BITS4_STORED
#else
#define LEFT_BITS4 BITS4_FLOAT
#endif
#if RIGHT_IS_STORED
#define RIGHT_BITS4 BITS4_STORED
#else
#define RIGHT_BITS4 BITS4_FLOAT
#endif

// All that an item loads along inner begins at the same inner index. What it loads across begins at the same row (column), at
// inner indices so far apart that the last step leads to the next slice.
#if ITEMS % (SLICE / 4) != 0 || ITEMS % (TILE_ROWS / 4) != 0 || ITEMS % (TILE_COLUMNS / 4) != 0
#error "these tiles do not divide among so many work-items"
#endif
#if LEFT_ALONG_INNER
#define LEFT_LINES LEFT_LOADS
#define LEFT_START
#define LEFT_OF(i) LEFT4(left_lines[i], along)
#define LEFT_ON
#else
#define LEFT_LINES 1
#define LEFT_START LeftAcross left_walk = LEFT_ACROSS_AT(inner_first + LEFT_AT(0).x);
#define LEFT_OF(i) LEFT4(left_lines[0], left_walk)
#define LEFT_ON LEFT_ACROSS_STEP(left_walk, LEFT_LOADS == 1 ? SLICE : ITEMS / (TILE_ROWS / 4));
#endif
#if RIGHT_ALONG_INNER
#define RIGHT_LINES RIGHT_LOADS
#define RIGHT_START
#define RIGHT_OF(i) RIGHT4(right_lines[i], along)
#define RIGHT_ON
#else
#define RIGHT_LINES 1
#define RIGHT_START RightAcross right_walk = RIGHT_ACROSS_AT(inner_first + RIGHT_AT(0).x);
#define RIGHT_OF(i) RIGHT4(right_lines[0], right_walk)
#define RIGHT_ON RIGHT_ACROSS_STEP(right_walk, RIGHT_LOADS == 1 ? SLICE : ITEMS / (TILE_COLUMNS / 4));
#endif
#if LEFT_ALONG_INNER || RIGHT_ALONG_INNER
#define ALONG_START Along along = ALONG_AT(inner_first + place_along(item).x);
#define ALONG_ON ALONG_STEP(along, SLICE);
#else
#define ALONG_START
#define ALONG_ON
#endif

// FETCH_START declares what FETCH needs, behind TILED_SETUP and `item`. FETCH loads this item's part of the next slice from
// global memory into next_left[LEFT_LOADS] and next_right[RIGHT_LOADS], as it lies there, and moves on to the one after.
#define FETCH_START                                                                                        \
    ALONG_START                                                                                            \
    LEFT_START                                                                                             \
    RIGHT_START                                                                                            \
    LeftLine left_lines[LEFT_LINES];                                                                       \
    _Pragma("unroll") for (int i = 0; i < LEFT_LINES; ++i) left_lines[i] = LEFT_LINE(tile_row + LEFT_AT(i).y); \
    RightLine right_lines[RIGHT_LINES];                                                                    \
    _Pragma("unroll") for (int i = 0; i < RIGHT_LINES; ++i) right_lines[i] = RIGHT_LINE(tile_column + RIGHT_AT(i).y); \
    LEFT_BITS4 next_left[LEFT_LOADS];                                                                      \
    RIGHT_BITS4 next_right[RIGHT_LOADS];
#define FETCH                                                        \
    _Pragma("unroll") for (int i = 0; i < LEFT_LOADS; ++i) {         \
        if (LEFT_HAS(i)) next_left[i] = LEFT_OF(i);                  \
        LEFT_ON                                                      \
    }                                                                \
    _Pragma("unroll") for (int i = 0; i < RIGHT_LOADS; ++i) {        \
        if (RIGHT_HAS(i)) next_right[i] = RIGHT_OF(i);               \
        RIGHT_ON                                                     \
    }                                                                \
    ALONG_ON
