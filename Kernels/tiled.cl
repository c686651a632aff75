// The matrix product of GPUs: a work-group of 16 x 16 makes a tile of 64 x 64, each work-item 4 x 4 of it, from slices
// of both factors in local memory.
//
// The file before this one says what is multiplied, by macros:
//   TILED_NAME, TILED_ARGUMENTS     the kernel's name and arguments
//   TILED_SETUP                     declares `rows`, `columns`, `inner_first`, `inner_end`, and what the others need
//   LEFT4, RIGHT4                   four elements of the left (row, inner), right (inner, column) factor, that follow
//                                   each other along inner when LEFT_ALONG_INNER (RIGHT_ALONG_INNER) is 1, else along
//                                   the row (column); 0 beyond the factor's end
//   STORE4(row, column, value)      takes four neighbouring columns of the product; it guards rows and columns

#define TILE 64
#define SLICE 16

__attribute__((reqd_work_group_size(256, 1, 1))) kernel void TILED_NAME(TILED_ARGUMENTS) {
    // As float4, so that each is loaded at once; one more than needed keeps stores along inner on different banks.
    local float4 left[SLICE][TILE / 4 + 1];
    local float4 right[SLICE][TILE / 4 + 1];
    const int item = get_local_id(0);
    const int tile_column = get_group_id(0) * TILE;
    const ulong tile_row = get_group_id(1) * (ulong)TILE;
    TILED_SETUP

    const int item_row = item / 16 * 4;
    const int item_column = item % 16 * 4;
    float4 sums[4] = {(float4)0.0f, (float4)0.0f, (float4)0.0f, (float4)0.0f};
    // Where this work-item loads in a slice: four elements along inner, or across.
    const int along_inner = item % 4 * 4;
    const int along_outer = item / 4;
    const int across_inner = item / 16;
    const int across_outer = item % 16 * 4;

    for (ulong slice = inner_first; slice < inner_end; slice += SLICE) {
#if LEFT_ALONG_INNER
        const float4 a = LEFT4(tile_row + along_outer, slice + along_inner);
        ((local float *)left[along_inner])[along_outer] = a.x;
        ((local float *)left[along_inner + 1])[along_outer] = a.y;
        ((local float *)left[along_inner + 2])[along_outer] = a.z;
        ((local float *)left[along_inner + 3])[along_outer] = a.w;
#else
        left[across_inner][across_outer / 4] = LEFT4(tile_row + across_outer, slice + across_inner);
#endif
#if RIGHT_ALONG_INNER
        const float4 b = RIGHT4(slice + along_inner, tile_column + along_outer);
        ((local float *)right[along_inner])[along_outer] = b.x;
        ((local float *)right[along_inner + 1])[along_outer] = b.y;
        ((local float *)right[along_inner + 2])[along_outer] = b.z;
        ((local float *)right[along_inner + 3])[along_outer] = b.w;
#else
        right[across_inner][across_outer / 4] = RIGHT4(slice + across_inner, tile_column + across_outer);
#endif
        barrier(CLK_LOCAL_MEM_FENCE);
        for (int k = 0; k < SLICE; ++k) {
            const float4 column = left[k][item_row / 4];
            const float4 row = right[k][item_column / 4];
            sums[0] += column.x * row;
            sums[1] += column.y * row;
            sums[2] += column.z * row;
            sums[3] += column.w * row;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    for (int r = 0; r < 4; ++r) STORE4(tile_row + item_row + r, tile_column + item_column, sums[r]);
}
