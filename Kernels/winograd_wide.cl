// A dense 3 x 3 correlation of stride 1 by Winograd's F(4 x 4, 3 x 3) (Lavin & Gray, CVPR 2016): 36 products where plain
// sums take 144. The file before this one has the sizes, and what is known of a block of output channels.
//
// A work-item takes groups of tiles of 4 x 4 outputs. It transforms the 6 x 6 inputs under each, multiplies each of the 36
// elements with the transformed filter's, and transforms the sums back; what is in between stays in a slot of memory of
// its own, that a cache holds.
//
// With POOLS = 1 the output is pooled 2 x 2.

// The order is that of `WinogradCorrelation.kernelIntegers`.
typedef struct {
    int tiles_height, tiles_width;
    // Tiles of a group, a multiple of ROWS; channels rounded up to 16; floats of a slot.
    int group, pitch, slot;
    // Of the output when POOLS.
    int pooled_height, pooled_width;
} Winograd;

// One direction of the input's transform, of the filter's, and of the output's.
#define TRANSFORM_INPUT(d0, d1, d2, d3, d4, d5, to)                                              \
    {                                                                                            \
        const float16 even = d4 - 4.0f * d2, odd = d3 - 4.0f * d1;                               \
        const float16 even2 = d4 - d2, odd2 = 2.0f * (d3 - d1);                                  \
        to[0] = 4.0f * d0 - 5.0f * d2 + d4;                                                      \
        to[1] = even + odd;                                                                      \
        to[2] = even - odd;                                                                      \
        to[3] = even2 + odd2;                                                                    \
        to[4] = even2 - odd2;                                                                    \
        to[5] = 4.0f * d1 - 5.0f * d3 + d5;                                                      \
    }
#define TRANSFORM_FILTER(g0, g1, g2, to)                                                         \
    {                                                                                            \
        const float16 outer = g0 + g2, quarter = g0 * (1.0f / 24) + g2 * (1.0f / 6);             \
        to[0] = g0 * 0.25f;                                                                      \
        to[1] = (outer + g1) * (-1.0f / 6);                                                      \
        to[2] = (outer - g1) * (-1.0f / 6);                                                      \
        to[3] = quarter + g1 * (1.0f / 12);                                                      \
        to[4] = quarter - g1 * (1.0f / 12);                                                      \
        to[5] = g2;                                                                              \
    }
#define TRANSFORM_OUTPUT(m0, m1, m2, m3, m4, m5, to)                                             \
    {                                                                                            \
        const float16 sum = m1 + m2, difference = m1 - m2;                                       \
        const float16 sum2 = m3 + m4, difference2 = m3 - m4;                                     \
        to[0] = m0 + sum + sum2;                                                                 \
        to[1] = difference + 2.0f * difference2;                                                 \
        to[2] = sum + 4.0f * sum2;                                                               \
        to[3] = difference + 8.0f * difference2 + m5;                                            \
    }

// The transformed filter as packed[block, element, channel, COLUMNS].
kernel void winograd_pack_filter(global const float *filter, global float *packed, Correlation sizes) {
    const ulong index = get_global_id(0);
    const ulong block = index / (uint)sizes.channels;
    if (block >= (uint)sizes.blocks) return;
    const int channel = (int)(index - block * (uint)sizes.channels);
    for (int v = 0; v < VECTORS; ++v) {
        float values[9][16];
        for (int element = 0; element < 9; ++element) {
            const long first = sizes.filter_first + (long)(element / 3) * sizes.filter_row
                + (long)(element % 3) * sizes.filter_column + (long)channel * sizes.filter_channel;
            for (int lane = 0; lane < 16; ++lane) {
                const int column = (int)block * COLUMNS + v * 16 + lane;
                values[element][lane] =
                    column < sizes.columns ? filter[first + (long)column * sizes.filter_output] : 0.0f;
            }
        }
        float16 rows[3][6];
        for (int i = 0; i < 3; ++i) {
            const float16 g0 = vload16(0, values[3 * i]), g1 = vload16(0, values[3 * i + 1]);
            const float16 g2 = vload16(0, values[3 * i + 2]);
            TRANSFORM_FILTER(g0, g1, g2, rows[i])
        }
        for (int j = 0; j < 6; ++j) {
            float16 column[6];
            TRANSFORM_FILTER(rows[0][j], rows[1][j], rows[2][j], column)
            for (int i = 0; i < 6; ++i) {
                const ulong at = ((block * 36 + (uint)(6 * i + j)) * (uint)sizes.channels + (uint)channel) * VECTORS + v;
                vstore16(column[i], at, packed);
            }
        }
    }
}

// Transforms the input under one tile into to[element, tile, channel].
static inline void transform_tile(
    global const stored *x, global float *to, ulong sample, int row, int column, const Correlation *sizes,
    const Winograd *plan) {
    const int h = 4 * row + sizes->offset_height;
    const int w = 4 * column + sizes->offset_width;
    for (int channel = 0; channel < sizes->channels; channel += 16) {
        const int present = min(sizes->channels - channel, 16);
        const bool is_inside = present >= 16 && w >= 0 && w + 6 <= sizes->input_width;
        float16 rows[6][6];
        for (int i = 0; i < 6; ++i) {
            float16 d[6];
            if ((uint)(h + i) >= (uint)sizes->input_height) {
#pragma unroll
                for (int j = 0; j < 6; ++j) rows[i][j] = (float16)0.0f;
                continue;
            }
            global const stored *line = x
                + pixel_at(sample, h + i, 0, sizes->input_height, sizes->input_width) * (uint)sizes->input_channels
                + channel;
            if (is_inside) {
#pragma unroll
                for (int j = 0; j < 6; ++j) d[j] = VLOAD_STORED(16, line + (w + j) * sizes->input_channels);
            } else {
                for (int j = 0; j < 6; ++j) {
                    d[j] = (uint)(w + j) < (uint)sizes->input_width
                        ? load16_stored(line + (w + j) * sizes->input_channels, present) : (float16)0.0f;
                }
            }
            TRANSFORM_INPUT(d[0], d[1], d[2], d[3], d[4], d[5], rows[i])
        }
#pragma unroll
        for (int j = 0; j < 6; ++j) {
            float16 column_of[6];
            TRANSFORM_INPUT(rows[0][j], rows[1][j], rows[2][j], rows[3][j], rows[4][j], rows[5][j], column_of)
#pragma unroll
            for (int i = 0; i < 6; ++i) {
                VSTORE_FLOAT(16, column_of[i], to + (ulong)(6 * i + j) * (uint)(plan->group * plan->pitch) + channel);
            }
        }
    }
}

// The 4 x 4 outputs of one tile for 16 channels, from sums[element, tile, COLUMNS], with bias.
static inline void transform_back(
    float16 (*y)[4], global const float *sums, float16 bias, const Winograd *plan) {
    const int step = plan->group * COLUMNS;
    float16 rows[6][4];
#pragma unroll
    for (int i = 0; i < 6; ++i) {
        float16 m[6];
#pragma unroll
        for (int j = 0; j < 6; ++j) m[j] = VLOAD_FLOAT(16, sums + (6 * i + j) * step);
        TRANSFORM_OUTPUT(m[0], m[1], m[2], m[3], m[4], m[5], rows[i])
    }
#pragma unroll
    for (int j = 0; j < 4; ++j) {
        float16 column[4];
        TRANSFORM_OUTPUT(rows[0][j], rows[1][j], rows[2][j], rows[3][j], rows[4][j], rows[5][j], column)
#pragma unroll
        for (int i = 0; i < 4; ++i) y[i][j] = column[i] + bias;
    }
}

// Stores one tile's outputs for 16 channels.
static inline void store_tile(
    float16 (*tile)[4], global const stored *residual, global stored *y, global uchar *winners, ulong sample, int row,
    int column, int channel, int present, int has_residual, int keeps_winners, const Correlation *sizes,
    const Winograd *plan) {
#if POOLS
    for (int p = 2 * row; p < min(2 * row + 2, plan->pooled_height); ++p) {
        for (int q = 2 * column; q < min(2 * column + 2, plan->pooled_width); ++q) {
            float16 best = (float16)0.0f;
            int16 winner = (int16)0;
            for (int place = 0; place < 4; ++place) {
                const float16 value =
                    activate16(tile[2 * (p & 1) + place / 2][2 * (q & 1) + place % 2], sizes->function);
                const int16 is_larger = place == 0 ? (int16)-1 : value > best;
                best = is_larger ? value : best;
                winner = is_larger ? (int16)place : winner;
            }
            const ulong to = pixel_at(sample, p, q, plan->pooled_height, plan->pooled_width)
                    * (uint)sizes->output_channels + channel;
            store16_stored(best, y + to, present);
            if (keeps_winners) store_winners(convert_uchar16(winner), winners + to, present);
        }
    }
#else
    for (int p = 4 * row; p < min(4 * row + 4, sizes->output_height); ++p) {
        for (int q = 4 * column; q < min(4 * column + 4, sizes->output_width); ++q) {
            const ulong to = pixel_at(sample, p, q, sizes->output_height, sizes->output_width)
                    * (uint)sizes->output_channels + channel;
            float16 value = tile[p & 3][q & 3];
            if (has_residual) value += load16_stored(residual + to, present);
            store16_stored(activate16(value, sizes->function), y + to, present);
        }
    }
#endif
}

// winners is not written unless keeps_winners.
__attribute__((reqd_work_group_size(1, 1, 1))) kernel void winograd_wide(
    global const stored *x, global const float *packed, global const float *bias, global const stored *residual,
    global stored *y, global uchar *winners, global float *scratch, Correlation sizes, Winograd plan, int has_residual,
    int keeps_winners, int count) {
    const ulong tiles = (ulong)count * (uint)(plan.tiles_height * plan.tiles_width);
    global float *inputs = scratch + get_group_id(0) * (ulong)plan.slot;
    global float *products = inputs + 36 * plan.group * plan.pitch;

    for (ulong first = get_group_id(0) * (ulong)plan.group; first < tiles;
         first += get_num_groups(0) * (ulong)plan.group) {
        const int present_tiles = (int)min((ulong)plan.group, tiles - first);
        const int row_blocks = (present_tiles + ROWS - 1) / ROWS;
        for (int t = 0; t < present_tiles; ++t) {
            const Place place = place_of(first + (uint)t, plan.tiles_height, plan.tiles_width);
            transform_tile(
                x, inputs + t * plan.pitch, place.sample, place.row, place.column, &sizes, &plan);
        }
        // Tiles that are not there, up to whole rows of accumulators.
        for (int t = present_tiles; t < row_blocks * ROWS; ++t) {
            for (int element = 0; element < 36; ++element) {
                for (int channel = 0; channel < plan.pitch; channel += 16) {
                    VSTORE_FLOAT(16, (float16)0.0f, inputs + (element * plan.group + t) * plan.pitch + channel);
                }
            }
        }

        for (int index = 0; index < sizes.blocks; ++index) {
            global const float *filter = packed + (ulong)index * 36 * (uint)(sizes.channels * COLUMNS);
            for (int element = 0; element < 36; ++element) {
                for (int block = 0; block < row_blocks; ++block) {
                    global const float *values[ROWS];
                    float16 sums[ROWS][VECTORS];
#pragma unroll
                    for (int r = 0; r < ROWS; ++r) {
                        values[r] = inputs + (element * plan.group + block * ROWS + r) * plan.pitch;
#pragma unroll
                        for (int v = 0; v < VECTORS; ++v) sums[r][v] = (float16)0.0f;
                    }
                    for (int k = 0; k < sizes.channels; ++k) {
                        ADD_PRODUCTS(sums, values[r][k], filter + k * COLUMNS)
                    }
#pragma unroll
                    for (int r = 0; r < ROWS; ++r) {
#pragma unroll
                        for (int v = 0; v < VECTORS; ++v) {
                            VSTORE_FLOAT(
                                16, sums[r][v],
                                products + (element * plan.group + block * ROWS + r) * COLUMNS + 16 * v);
                        }
                    }
                }
                filter += sizes.channels * COLUMNS;
            }
            for (int t = 0; t < present_tiles; ++t) {
                const Place place = place_of(first + (uint)t, plan.tiles_height, plan.tiles_width);
                for (int v = 0; v < VECTORS; ++v) {
                    const int channel = index * COLUMNS + 16 * v;
                    const int present = min(sizes.columns - channel, 16);
                    if (present <= 0) break;
                    float16 tile[4][4];
                    transform_back(
                        tile, products + t * COLUMNS + 16 * v,
                        sizes.has_bias ? load16(bias + channel, present) : (float16)0.0f, &plan);
                    store_tile(
                        tile, residual, y, winners, place.sample, place.row, place.column, channel, present,
                        has_residual, keeps_winners, &sizes, &plan);
                }
            }
        }
    }
}
