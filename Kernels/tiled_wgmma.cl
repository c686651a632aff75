// The matrix product of GPUs whose groups of four warps multiply at once, straight from local memory (NVIDIA's Hopper): a group
// of four warps for each 64 rows, and up to 128 columns, of a tile of TILE_ROWS x TILE_COLUMNS. A slice is 32 inner indices of
// 16-bit factors. Sums are FP32.
//
// While one slice is multiplied the next is fetched and written. Where local memory has room for three, it is that of the last
// product but one which is written, so that all have long been done with it; for two, it is that of the last, and all wait for each other.
//
// The instructions exist for the target sm_90a alone, for which OpenCL's compiler does not compile. They are comments to it,
// behind HOPPER; `NVIDIAProgram.swift` makes instructions of them in what it compiles to. With PORTABLE each work-item multiplies what
// the instructions would, from the same places, so that all else runs on any device.

#define HOPPER "//@"
// Groups of four warps that share 64 rows, and what one of them makes.
#define GROUPS_ACROSS ((TILE_COLUMNS + 127) / 128)
#define GROUP_ROWS 64
#define GROUP_COLUMNS (TILE_COLUMNS / GROUPS_ACROSS)
#define SUMS (GROUP_COLUMNS / 2)

// How a factor lies in local memory, in bytes, as descriptors of matrices in shared memory have it (PTX ISA, "Asynchronous
// Warpgroup Level Matrix Shared Memory Layout"). Loaded along inner: rows (columns) of 64 bytes, of which chunks of 16 change
// places with each other, by the second and third bit of the row. Loaded across: blocks of 64 rows (columns), in which each
// inner index has 128 bytes, whose chunks change places by the lowest three bits of the index.
static inline uint place_in_rows(uint outer, uint inner) {
    return outer * 64 + ((inner / 8) ^ (outer >> 1 & 3)) * 16 + inner % 8 * 2;
}
static inline uint place_in_blocks(uint outer, uint inner) {
    return outer / 64 * (SLICE * 128) + inner * 128 + ((outer % 64 / 8) ^ (inner & 7)) * 16 + outer % 8 * 2;
}
#if LEFT_ALONG_INNER
#define LEFT_PLACE place_in_rows
#else
#define LEFT_PLACE place_in_blocks
#endif
#if RIGHT_ALONG_INNER
#define RIGHT_PLACE place_in_rows
#else
#define RIGHT_PLACE place_in_blocks
#endif
#define LEFT_BYTES (TILE_ROWS * SLICE * 2)
#define RIGHT_BYTES (TILE_COLUMNS * SLICE * 2)
#define SLICE_BYTES (LEFT_BYTES + RIGHT_BYTES)

// NVIDIA's OpenCL has no more local memory than 48 KiB, whatever the device has.
#define BUFFERS (3 * SLICE_BYTES <= 48 * 1024 ? 3 : 2)

// The sums of a warp's 16 rows and of some columns on their way to STORE4.
#define PART_COLUMNS (ITEMS <= 256 ? 64 : 32)
#define SUMS_PITCH (PART_COLUMNS + 4)
#define SUMS_BYTES (ITEMS / 32 * 16 * SUMS_PITCH * 4)
#define MEMORY_BYTES (BUFFERS * SLICE_BYTES > SUMS_BYTES ? BUFFERS * SLICE_BYTES : SUMS_BYTES)

#ifdef PORTABLE
#define ORDER_WRITES
#define BEGIN_PRODUCT
#define END_PRODUCT
#define FINISH_ALL_BUT(products)
static inline float factor(local const uchar *at) {
#if FACTORS == 1
    return vload_half(0, (local const half *)at);
#else
    return as_float((uint)*(local const ushort *)at << 16);
#endif
}
// As lanes hold the sums of `wgmma.m64nNk16` (PTX ISA): four for each eight columns, of rows g and g + 8 of the warp's sixteen.
static inline void multiply_slice(
    local const uchar *left, local const uchar *right, int group_row, int group_column, float *sums, int item) {
    for (int i = 0; i < SUMS; ++i) {
        const uint row = group_row + item % 128 / 32 * 16 + item % 32 / 4 + i / 2 % 2 * 8;
        const uint column = group_column + i / 4 * 8 + item % 4 * 2 + i % 2;
        for (uint inner = 0; inner < SLICE; ++inner) {
            sums[i] += factor(left + LEFT_PLACE(row, inner)) * factor(right + RIGHT_PLACE(column, inner));
        }
    }
}
#else
#define ORDER_WRITES asm volatile(HOPPER "fence.proxy.async.shared::cta;" ::: "memory");
#define BEGIN_PRODUCT asm volatile(HOPPER "wgmma.fence.sync.aligned;" ::: "memory");
#define END_PRODUCT asm volatile(HOPPER "wgmma.commit_group.sync.aligned;" ::: "memory");
#define FINISH_ALL_BUT(products) asm volatile(HOPPER "wgmma.wait_group.sync.aligned " #products ";" ::: "memory");
#if FACTORS == 1
#define TYPES "f32.f16.f16"
#else
#define TYPES "f32.bf16.bf16"
#endif
// Descriptors: the address, the distances between blocks and between groups of eight, in 16 bytes, and how chunks change places.
static inline ulong describe_rows(uint at) {
    return (at & 0x3FFFFu) >> 4 | 1ul << 16 | (8ul * 64 / 16) << 32 | 2ul << 62;
}
static inline ulong describe_blocks(uint at) {
    return (at & 0x3FFFFu) >> 4 | (SLICE * 128ul / 16) << 16 | (1024ul / 16) << 32 | 1ul << 62;
}
#if LEFT_ALONG_INNER
#define DESCRIBE_LEFT(at, rows, inner) describe_rows((at) + (rows) * 64 + (inner) * 2)
#define LEFT_TURNED "0"
#else
#define DESCRIBE_LEFT(at, rows, inner) describe_blocks((at) + (rows) / 64 * (SLICE * 128) + (inner) * 128)
#define LEFT_TURNED "1"
#endif
#if RIGHT_ALONG_INNER
#define DESCRIBE_RIGHT(at, columns, inner) describe_rows((at) + (columns) * 64 + (inner) * 2)
#define RIGHT_TURNED "0"
#else
#define DESCRIBE_RIGHT(at, columns, inner) describe_blocks((at) + (columns) / 64 * (SLICE * 128) + (inner) * 128)
#define RIGHT_TURNED "1"
#endif
#define SUMS_8(i) \
    "+f"(sums[i]), "+f"(sums[i + 1]), "+f"(sums[i + 2]), "+f"(sums[i + 3]), "+f"(sums[i + 4]), "+f"(sums[i + 5]), \
        "+f"(sums[i + 6]), "+f"(sums[i + 7])
#define NAMES_32                                                                                                  \
    "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, %22, %23, " \
    "%24, %25, %26, %27, %28, %29, %30, %31"
#if TILE_COLUMNS >= 128
#define MULTIPLY(left, right)                                                                                         \
    asm volatile(                                                                                                     \
        HOPPER "wgmma.mma_async.sync.aligned.m64n128k16." TYPES " {" NAMES_32                                         \
               ", %32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, %48, %49, %50, %51, " \
               "%52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63}, %64, %65, 1, 1, 1, " LEFT_TURNED         \
               ", " RIGHT_TURNED ";"                                                                                  \
        : SUMS_8(0), SUMS_8(8), SUMS_8(16), SUMS_8(24), SUMS_8(32), SUMS_8(40), SUMS_8(48), SUMS_8(56)                \
        : "l"(left), "l"(right)                                                                                       \
        : "memory")
#else
#define MULTIPLY(left, right)                                                                                       \
    asm volatile(                                                                                                   \
        HOPPER "wgmma.mma_async.sync.aligned.m64n64k16." TYPES " {" NAMES_32 "}, %32, %33, 1, 1, 1, " LEFT_TURNED   \
               ", " RIGHT_TURNED ";"                                                                                \
        : SUMS_8(0), SUMS_8(8), SUMS_8(16), SUMS_8(24)                                                              \
        : "l"(left), "l"(right)                                                                                     \
        : "memory")
#endif
#endif

// Writes what FETCH has loaded to where the next product takes it from.
#define PUT(left, right)                                                                                       \
    _Pragma("unroll") for (int i = 0; i < LEFT_LOADS; ++i) {                                                   \
        const uint2 place = LEFT_AT(i);                                                                        \
        if (LEFT_HAS(i)) *(local uint2 *)((left) + LEFT_PLACE(place.y, place.x)) = PACK_LEFT(next_left[i]);    \
    }                                                                                                          \
    _Pragma("unroll") for (int i = 0; i < RIGHT_LOADS; ++i) {                                                  \
        const uint2 place = RIGHT_AT(i);                                                                       \
        if (RIGHT_HAS(i)) *(local uint2 *)((right) + RIGHT_PLACE(place.y, place.x)) = PACK_RIGHT(next_right[i]); \
    }                                                                                                          \
    ORDER_WRITES

__attribute__((reqd_work_group_size(ITEMS, 1, 1))) kernel void TILED_NAME(TILED_ARGUMENTS) {
    local uchar memory[MEMORY_BYTES] __attribute__((aligned(1024)));
    const int item = get_local_id(0);
    const uint tile_column = get_group_id(0) * TILE_COLUMNS;
    const uint tile_row = get_group_id(1) * TILE_ROWS;
    const int group_row = item / 128 / GROUPS_ACROSS * GROUP_ROWS;
    const int group_column = item / 128 % GROUPS_ACROSS * GROUP_COLUMNS;
    TILED_SETUP
    FETCH_START

    float sums[SUMS];
#pragma unroll
    for (int i = 0; i < SUMS; ++i) sums[i] = 0.0f;
    uint at = 0;
    FETCH
    PUT(memory, memory + LEFT_BYTES)
    for (uint slice = inner_first; slice < inner_end; slice += SLICE) {
        local uchar *left = memory + at;
        local uchar *right = left + LEFT_BYTES;
        const bool is_last = slice + SLICE >= inner_end;
        if (!is_last) {
            FETCH
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        BEGIN_PRODUCT
#ifdef PORTABLE
        multiply_slice(left, right, group_row, group_column, sums, item);
#else
        const uint base = (uint)(ulong)left;
#pragma unroll
        for (int inner = 0; inner < SLICE; inner += 16) {
            const ulong left_matrix = DESCRIBE_LEFT(base, group_row, inner);
            const ulong right_matrix = DESCRIBE_RIGHT(base + LEFT_BYTES, group_column, inner);
            MULTIPLY(left_matrix, right_matrix);
        }
#endif
        END_PRODUCT
        FINISH_ALL_BUT(1)
#if BUFFERS == 2
        barrier(CLK_LOCAL_MEM_FENCE);
#endif
        at = at == (BUFFERS - 1) * SLICE_BYTES ? 0 : at + SLICE_BYTES;
        if (!is_last) {
            PUT(memory + at, memory + at + LEFT_BYTES)
        }
    }
    FINISH_ALL_BUT(0)

    // Some columns of a warp's 16 rows at a time go through local memory, so that neighbouring items store neighbours.
    const int lane = item % 32;
    const uint warp_row = tile_row + group_row + item % 128 / 32 * 16;
    local float *results = (local float *)memory + item / 32 * 16 * SUMS_PITCH;
#pragma unroll
    for (int part = 0; part < GROUP_COLUMNS; part += PART_COLUMNS) {
        barrier(CLK_LOCAL_MEM_FENCE);
#pragma unroll
        for (int i = 0; i < PART_COLUMNS / 2; i += 4) {
            local float *to = results + lane / 4 * SUMS_PITCH + i * 2 + lane % 4 * 2;
            vstore2((float2)(sums[part / 2 + i], sums[part / 2 + i + 1]), 0, to);
            vstore2((float2)(sums[part / 2 + i + 2], sums[part / 2 + i + 3]), 0, to + 8 * SUMS_PITCH);
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        for (int i = lane; i < 16 * PART_COLUMNS / 4; i += 32) {
            const uint row = warp_row + i / (PART_COLUMNS / 4);
            const int column = i % (PART_COLUMNS / 4) * 4;
            STORE4(
                row, tile_column + group_column + part + column,
                vload4(0, results + i / (PART_COLUMNS / 4) * SUMS_PITCH + column));
        }
    }
}
