// The matrix product of GPUs whose warps of 32 multiply small tiles at once. Eight warps make a tile of TILE_ROWS x TILE_COLUMNS
// from slices of both factors in local memory, rounded to what the units take; SLICE is 32, of TF32 16. The next slice is fetched
// while one is multiplied (tiled_fetch.cl). Sums are FP32.
//
// With PORTABLE an exchange through local memory stands for the instruction, with the same fragments, so that all but the
// instructions runs on any device.

#define WARPS (ITEMS / 32)
#define WARPS_ACROSS (TILE_ROWS == TILE_COLUMNS ? 4 : 2)
#define WARP_ROWS (TILE_ROWS * WARPS_ACROSS / WARPS)
#define WARP_COLUMNS (TILE_COLUMNS / WARPS_ACROSS)
// Tiles of the instruction that a warp makes, 16 x 8 each.
#define DOWN (WARP_ROWS / 16)
#define ACROSS (WARP_COLUMNS / 8)

// Inner indices that an instruction takes.
#define STEP (8 * IN_WORD)

// A factor that is loaded along inner lies in local memory row (column) after row (column), each with its inner indices; one
// that is loaded across lies inner index after inner index. IN_WORD neighbours share a word. The words more than needed keep
// what a warp reads at once on different banks.
#define PITCH_ALONG (SLICE / IN_WORD + 4)
#define PITCH_ACROSS(tile) ((tile) / IN_WORD + (IN_WORD == 2 ? 4 : 8))
#if LEFT_ALONG_INNER
#define LEFT_PITCH PITCH_ALONG
#define LEFT_WORDS (TILE_ROWS * PITCH_ALONG)
#else
#define LEFT_PITCH PITCH_ACROSS(TILE_ROWS)
#define LEFT_WORDS (SLICE * PITCH_ACROSS(TILE_ROWS))
#endif
#if RIGHT_ALONG_INNER
#define RIGHT_PITCH PITCH_ALONG
#define RIGHT_WORDS (TILE_COLUMNS * PITCH_ALONG)
#else
#define RIGHT_PITCH PITCH_ACROSS(TILE_COLUMNS)
#define RIGHT_WORDS (SLICE * PITCH_ACROSS(TILE_COLUMNS))
#endif
#define SLICE_WORDS (LEFT_WORDS + RIGHT_WORDS)
// The sums of a warp's 16 rows on their way to STORE4.
#define SUMS_PITCH (WARP_COLUMNS + 4)
#define SUMS_WORDS (WARPS * 16 * SUMS_PITCH)
#define MEMORY_WORDS (2 * SLICE_WORDS > SUMS_WORDS ? 2 * SLICE_WORDS : SUMS_WORDS)

static inline void put(local uint *to, Packed value) { *(local Packed *)to = value; }

// Where a four lies in its slice.
#if LEFT_ALONG_INNER
#define LEFT_WORD(at) (at.y * LEFT_PITCH + at.x / IN_WORD)
#else
#define LEFT_WORD(at) (at.x * LEFT_PITCH + at.y / IN_WORD)
#endif
#if RIGHT_ALONG_INNER
#define RIGHT_WORD(at) (at.y * RIGHT_PITCH + at.x / IN_WORD)
#else
#define RIGHT_WORD(at) (at.x * RIGHT_PITCH + at.y / IN_WORD)
#endif

// The fragments of a warp, by its lane (PTX ISA, "Matrix Fragments for mma.m16n8k16" and "... mma.m16n8k8"). With
// g = lane / 4 and t = lane % 4, and words along inner of the step's two halves:
//   left, 16 x STEP:   .x row g, word t;  .y row g + 8, word t;  .z row g, word t + 4;  .w row g + 8, word t + 4
//   right, STEP x 8:   .x column g, word t;  .y column g, word t + 4
//   sums, 16 x 8:      .xy row g, columns 2 t and 2 t + 1;  .zw row g + 8, the same columns
#ifdef PORTABLE
static inline float2 unpack(uint word) {
#if FACTORS == 1
    return vload_half2(0, (private half *)&word);
#elif FACTORS == 2
    return (float2)(as_float(word << 16), as_float(word & 0xFFFF0000u));
#else
    return (float2)(as_float(word), 0.0f);
#endif
}
// Each lane lays its fragments down, and gathers those that its four sums want.
static inline float4 multiply_add(uint4 left, uint2 right, float4 sums, local uint *exchange, int lane) {
    barrier(CLK_LOCAL_MEM_FENCE);
    vstore4(left, 0, exchange + lane * 6);
    vstore2(right, 0, exchange + lane * 6 + 4);
    barrier(CLK_LOCAL_MEM_FENCE);
    float results[4];
    vstore4(sums, 0, results);
    for (int place = 0; place < 4; ++place) {
        const int row = lane / 4 + place / 2 * 8;
        const int column = lane % 4 * 2 + place % 2;
        for (int word = 0; word < 8; ++word) {
            const int owner_left = row % 8 * 4 + word % 4;
            const int owner_right = column * 4 + word % 4;
            const float2 a = unpack(exchange[owner_left * 6 + row / 8 + word / 4 * 2]);
            const float2 b = unpack(exchange[owner_right * 6 + 4 + word / 4]);
            results[place] += a.x * b.x;
            if (IN_WORD == 2) results[place] += a.y * b.y;
        }
    }
    return vload4(0, results);
}
#else
#if FACTORS == 1
#define MULTIPLY "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32"
#elif FACTORS == 2
#define MULTIPLY "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32"
#else
#define MULTIPLY "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32"
#endif
static inline float4 multiply_add(uint4 left, uint2 right, float4 sums, local uint *unused, int lane) {
    float x, y, z, w;
    asm volatile(
        MULTIPLY " {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%10, %11, %12, %13};"
        : "=f"(x), "=f"(y), "=f"(z), "=f"(w)
        : "r"(left.x), "r"(left.y), "r"(left.z), "r"(left.w), "r"(right.x), "r"(right.y), "f"(sums.x), "f"(sums.y),
          "f"(sums.z), "f"(sums.w));
    return (float4)(x, y, z, w);
}
#endif

// The fragments from local memory: of 16 rows (columns) from `outer` on and one STEP of inner indices from `inner` on. The words
// are those above: of a left factor row g's first half, row g + 8's, and their second halves; of a right factor the two
// halves of column g and of column g + 8.
#if FACTORS == 3 || defined(PORTABLE)
static inline uint word_along(local const uint *slice, int outer, int inner) {
    return slice[outer * PITCH_ALONG + inner / IN_WORD];
}
static inline uint word_across(local const uint *slice, int pitch, int outer, int inner) {
#if IN_WORD == 1
    return slice[inner * pitch + outer];
#else
    local const ushort *halves = (local const ushort *)slice;
    return halves[inner * pitch * 2 + outer] | (uint)halves[(inner + 1) * pitch * 2 + outer] << 16;
#endif
}
static inline uint4 words(local const uint *slice, bool is_along, int pitch, int outer, int inner, int lane, bool is_left) {
    uint values[4];
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        const int row = outer + lane / 4 + (is_left ? i % 2 : i / 2) * 8;
        const int word = inner + (lane % 4 + (is_left ? i / 2 : i % 2) * 4) * IN_WORD;
        values[i] = is_along ? word_along(slice, row, word) : word_across(slice, pitch, row, word);
    }
    return vload4(0, values);
}
#else
// By ldmatrix: lanes 8 i to 8 i + 7 name the eight rows of matrix i. What lies across is turned on the way.
static inline uint4 words(local const uint *slice, bool is_along, int pitch, int outer, int inner, int lane, bool is_left) {
    const int second = lane / 8 % 2 * 8;
    const int third = lane / 16 * 8;
    const int row = outer + (is_left ? second : third);
    const int word = inner + (is_left ? third : second);
    uint4 value;
    if (is_along) {
        const uint at = (uint)(ulong)(slice + (row + lane % 8) * PITCH_ALONG + word / 2);
        asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                     : "=r"(value.x), "=r"(value.y), "=r"(value.z), "=r"(value.w) : "r"(at) : "memory");
    } else {
        const uint at = (uint)(ulong)(slice + (word + lane % 8) * pitch + row / 2);
        asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                     : "=r"(value.x), "=r"(value.y), "=r"(value.z), "=r"(value.w) : "r"(at) : "memory");
    }
    return value;
}
#endif

__attribute__((reqd_work_group_size(ITEMS, 1, 1))) kernel void TILED_NAME(TILED_ARGUMENTS) {
    // Two slices, and when those are done with, the sums.
    local uint memory[MEMORY_WORDS] __attribute__((aligned(16)));
    const int item = get_local_id(0);
    const int warp = item / 32;
    const int lane = item % 32;
#ifdef PORTABLE
    local uint exchanges[WARPS * 32 * 6];
    local uint *exchange = exchanges + warp * 32 * 6;
#else
    local uint *exchange = memory;
#endif
    const uint tile_column = get_group_id(0) * TILE_COLUMNS;
    const uint tile_row = get_group_id(1) * TILE_ROWS;
    TILED_SETUP
    FETCH_START

    const int warp_row = warp / WARPS_ACROSS * WARP_ROWS;
    const int warp_column = warp % WARPS_ACROSS * WARP_COLUMNS;
    float4 sums[DOWN][ACROSS];
#pragma unroll
    for (int r = 0; r < DOWN; ++r) {
#pragma unroll
        for (int c = 0; c < ACROSS; ++c) sums[r][c] = (float4)0.0f;
    }

    local uint *left = memory;
    FETCH
    for (uint slice = inner_first; slice < inner_end; slice += SLICE) {
        local uint *right = left + LEFT_WORDS;
#pragma unroll
        for (int i = 0; i < LEFT_LOADS; ++i) {
            const uint2 at = LEFT_AT(i);
            if (LEFT_HAS(i)) put(left + LEFT_WORD(at), PACK_LEFT(next_left[i]));
        }
#pragma unroll
        for (int i = 0; i < RIGHT_LOADS; ++i) {
            const uint2 at = RIGHT_AT(i);
            if (RIGHT_HAS(i)) put(right + RIGHT_WORD(at), PACK_RIGHT(next_right[i]));
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        if (slice + SLICE < inner_end) {
            FETCH
        }
#pragma unroll
        for (int inner = 0; inner < SLICE; inner += STEP) {
            uint4 columns_of[ACROSS / 2];
#pragma unroll
            for (int c = 0; c < ACROSS / 2; ++c) {
                columns_of[c] = words(right, RIGHT_ALONG_INNER, RIGHT_PITCH, warp_column + c * 16, inner, lane, false);
            }
#pragma unroll
            for (int r = 0; r < DOWN; ++r) {
                const uint4 rows_of = words(left, LEFT_ALONG_INNER, LEFT_PITCH, warp_row + r * 16, inner, lane, true);
#pragma unroll
                for (int c = 0; c < ACROSS; ++c) {
                    const uint2 column = c % 2 ? columns_of[c / 2].zw : columns_of[c / 2].xy;
                    sums[r][c] = multiply_add(rows_of, column, sums[r][c], exchange, lane);
                }
            }
        }
        left = left == memory ? memory + SLICE_WORDS : memory;
    }

    // A warp's 16 rows at a time go through local memory, so that neighbouring items store neighbours.
    local float *results = (local float *)memory + warp * 16 * SUMS_PITCH;
#pragma unroll
    for (int r = 0; r < DOWN; ++r) {
        barrier(CLK_LOCAL_MEM_FENCE);
#pragma unroll
        for (int c = 0; c < ACROSS; ++c) {
            local float *to = results + lane / 4 * SUMS_PITCH + c * 8 + lane % 4 * 2;
            vstore2(sums[r][c].xy, 0, to);
            vstore2(sums[r][c].zw, 0, to + 8 * SUMS_PITCH);
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        for (int i = lane; i < 16 * WARP_COLUMNS / 4; i += 32) {
            const uint row = tile_row + warp_row + r * 16 + i / (WARP_COLUMNS / 4);
            const int column = i % (WARP_COLUMNS / 4) * 4;
            STORE4(
                row, tile_column + warp_column + column,
                vload4(0, results + i / (WARP_COLUMNS / 4) * SUMS_PITCH + column));
        }
    }
}
