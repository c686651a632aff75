// The matrix product of GPUs whose warps of 32 multiply small tiles at once: the same macros as in tiled.cl say what is
// multiplied. Eight warps make a tile of 64 x 64, each 32 x 16 of it, from slices of both factors in local memory, rounded
// to what the units take. Sums are FP32.
//
// FACTORS: 1 half, 2 bfloat16, 3 TF32 (a float of which the upper 19 bits count). With PORTABLE an exchange through local
// memory stands for the instruction, with the same fragments, so that all but the instruction runs on any device.

#define TILE 64
#define WARPS 8

#if FACTORS == 3
#define IN_WORD 1
#define STEP 8
#define SLICE 16
#else
#define IN_WORD 2
#define STEP 16
#define SLICE 32
#endif

// A slice lies in words of IN_WORD factors that follow each other along inner, row (column) after row (column). Four words
// more than needed keep the eight rows that a warp reads on different banks.
#define WORDS (SLICE / IN_WORD)
#define PITCH (WORDS + 4)
// The sums on their way to STORE4.
#define SUMS_PITCH (TILE + 4)

#if FACTORS == 1
static inline uint pack(float first, float second) {
    uint word;
#ifdef PORTABLE
    vstore_half2_rte((float2)(first, second), 0, (private half *)&word);
#else
    asm("{ .reg .b16 l, h; cvt.rn.f16.f32 l, %1; cvt.rn.f16.f32 h, %2; mov.b32 %0, {l, h}; }"
        : "=r"(word) : "f"(first), "f"(second));
#endif
    return word;
}
#elif FACTORS == 2
static inline uint upper(float value) {
    const uint bits = as_uint(value);
    return value == value ? (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16 : (bits >> 16) | 0x40u;
}
static inline uint pack(float first, float second) { return upper(first) | upper(second) << 16; }
#else
// To the nearest, ties away from zero, as the instruction for it does.
static inline uint pack(float value, float unused) {
    return isfinite(value) ? (as_uint(value) + 0x1000u) & 0xFFFFE000u : as_uint(value);
}
#endif

// Puts four factors into a slice: neighbours along inner, or the same inner index of four rows (columns).
static inline void put_along(local uint *slice, int outer, int inner, float4 value) {
    local uint *to = slice + outer * PITCH + inner / IN_WORD;
#if IN_WORD == 2
    to[0] = pack(value.x, value.y);
    to[1] = pack(value.z, value.w);
#else
    to[0] = pack(value.x, 0.0f);
    to[1] = pack(value.y, 0.0f);
    to[2] = pack(value.z, 0.0f);
    to[3] = pack(value.w, 0.0f);
#endif
}
// Of two neighbours along inner, each with four rows (columns).
static inline void put_across(local uint *slice, int outer, int inner, float4 first, float4 second) {
    local uint *to = slice + outer * PITCH + inner / IN_WORD;
    to[0] = pack(first.x, second.x);
    to[PITCH] = pack(first.y, second.y);
    to[2 * PITCH] = pack(first.z, second.z);
    to[3 * PITCH] = pack(first.w, second.w);
}

// Fills a slice by all work-items: FETCH(outer, inner) gives four factors.
#define FILL_ALONG(slice, FETCH)                                                                 \
    for (int i = item; i < TILE * SLICE / 4; i += WARPS * 32) {                                  \
        const int outer = i / (SLICE / 4);                                                       \
        const int inner = i % (SLICE / 4) * 4;                                                   \
        put_along(slice, outer, inner, FETCH(outer, inner));                                     \
    }
#define FILL_ACROSS(slice, FETCH)                                                                \
    for (int i = item; i < TILE * SLICE / (4 * IN_WORD); i += WARPS * 32) {                      \
        const int outer = i % (TILE / 4) * 4;                                                    \
        const int inner = i / (TILE / 4) * IN_WORD;                                              \
        const float4 first = FETCH(outer, inner);                                                \
        put_across(slice, outer, inner, first, IN_WORD == 2 ? FETCH(outer, inner + 1) : first);  \
    }
#define FETCH_LEFT(outer, inner) LEFT4(tile_row + (outer), at + (inner))
#define FETCH_RIGHT(outer, inner) RIGHT4(at + (inner), tile_column + (outer))

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

__attribute__((reqd_work_group_size(WARPS * 32, 1, 1))) kernel void TILED_NAME(TILED_ARGUMENTS) {
    // The slices, and when those are done with, the sums.
    local uint memory[TILE * SUMS_PITCH] __attribute__((aligned(16)));
    local uint *left = memory;
    local uint *right = memory + TILE * PITCH;
    const int item = get_local_id(0);
    const int warp = item / 32;
    const int lane = item % 32;
#ifdef PORTABLE
    local uint exchanges[WARPS * 32 * 6];
    local uint *exchange = exchanges + warp * 32 * 6;
#else
    local uint *exchange = memory;
#endif
    const int tile_column = get_group_id(0) * TILE;
    const ulong tile_row = get_group_id(1) * (ulong)TILE;
    TILED_SETUP

    const int warp_row = warp / 4 * 32;
    const int warp_column = warp % 4 * 16;
    float4 sums[2][2] = {{(float4)0.0f, (float4)0.0f}, {(float4)0.0f, (float4)0.0f}};
    // Where this lane's first words lie in a slice.
    local const uint *left_words = left + (warp_row + lane / 4) * PITCH + lane % 4;
    local const uint *right_words = right + (warp_column + lane / 4) * PITCH + lane % 4;

    for (ulong at = inner_first; at < inner_end; at += SLICE) {
#if LEFT_ALONG_INNER
        FILL_ALONG(left, FETCH_LEFT)
#else
        FILL_ACROSS(left, FETCH_LEFT)
#endif
#if RIGHT_ALONG_INNER
        FILL_ALONG(right, FETCH_RIGHT)
#else
        FILL_ACROSS(right, FETCH_RIGHT)
#endif
        barrier(CLK_LOCAL_MEM_FENCE);
        for (int word = 0; word < WORDS; word += 8) {
            uint4 rows[2];
            uint2 columns[2];
#pragma unroll
            for (int i = 0; i < 2; ++i) {
                local const uint *from = left_words + i * 16 * PITCH + word;
                rows[i] = (uint4)(from[0], from[8 * PITCH], from[4], from[8 * PITCH + 4]);
            }
#pragma unroll
            for (int i = 0; i < 2; ++i) {
                local const uint *from = right_words + i * 8 * PITCH + word;
                columns[i] = (uint2)(from[0], from[4]);
            }
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                sums[i / 2][i % 2] = multiply_add(rows[i / 2], columns[i % 2], sums[i / 2][i % 2], exchange, lane);
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }

    local float *results = (local float *)memory;
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        const int row = warp_row + i / 2 * 16 + lane / 4;
        const int column = warp_column + i % 2 * 8 + lane % 4 * 2;
        vstore2(sums[i / 2][i % 2].xy, 0, results + row * SUMS_PITCH + column);
        vstore2(sums[i / 2][i % 2].zw, 0, results + (row + 8) * SUMS_PITCH + column);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int i = item; i < TILE * TILE / 4; i += WARPS * 32) {
        const int row = i / (TILE / 4);
        const int column = i % (TILE / 4) * 4;
        STORE4(tile_row + row, tile_column + column, vload4(0, results + row * SUMS_PITCH + column));
    }
}
