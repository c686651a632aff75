// A convolution, its activation and a 2 x 2 max-pooling: the file before this one has the convolution. A tile holds
// ROWS / 2 pooled places; it takes two passes, one for each line under them, over two neighbouring pixels a place.

// The grid of `sizes` is that of the pooled places. winners is not written unless keeps_winners.
__attribute__((reqd_work_group_size(1, 1, 1))) kernel void pooled_convolution_wide(
    global const stored *x, global const float *packed, global const float *bias, global stored *y,
    global uchar *winners, Correlation sizes, int keeps_winners, int count) {
    const Block block = block_of(get_group_id(0), packed, &sizes);
    float16 start[VECTORS];
    load_bias(start, bias, &block, sizes.has_bias);
    const ulong first = get_group_id(1) * (ulong)sizes.pixels_an_item;
    const ulong end = min(
        first + (uint)sizes.pixels_an_item, (ulong)count * (uint)sizes.grid_height * (uint)sizes.grid_width);
    Place place = place_of(first, sizes.grid_height, sizes.grid_width);

    for (ulong pixel = first; pixel < end; pixel += ROWS / 2) {
        const int places = (int)min((ulong)(ROWS / 2), end - pixel);
        Tile tile;
#pragma unroll
        for (int r = 0; r < ROWS; ++r) {
            tile.h[r] = 2 * place.row * sizes.stride_height + sizes.offset_height;
            tile.w[r] = (2 * place.column + (r & 1)) * sizes.stride_width + sizes.offset_width;
            tile.from[r] = (((long)place.sample * sizes.input_height + tile.h[r]) * sizes.input_width + tile.w[r])
                    * sizes.input_channels
                + block.group * sizes.channels;
            // Places beyond the end repeat the last one, and are not stored.
            if ((r & 1) && (r / 2 + 1 < places || places == ROWS / 2)) {
                advance(&place, sizes.grid_height, sizes.grid_width);
            }
        }

        float16 best[ROWS / 2][VECTORS];
        int16 winner[ROWS / 2][VECTORS];
        for (int line = 0; line < 2; ++line) {
            float16 sums[ROWS][VECTORS];
#pragma unroll
            for (int r = 0; r < ROWS; ++r) {
#pragma unroll
                for (int v = 0; v < VECTORS; ++v) sums[r][v] = start[v];
            }
            correlate(sums, x, block.filter, block.zeros, &tile, &sizes);
#pragma unroll
            for (int r = 0; r < ROWS; ++r) {
#pragma unroll
                for (int v = 0; v < VECTORS; ++v) {
                    const float16 value = activate16(sums[r][v], sizes.function);
                    if (line == 0 && (r & 1) == 0) {
                        best[r / 2][v] = value;
                        winner[r / 2][v] = (int16)0;
                    } else {
                        const int16 is_larger = value > best[r / 2][v];
                        best[r / 2][v] = is_larger ? value : best[r / 2][v];
                        winner[r / 2][v] = is_larger ? (int16)(2 * line + (r & 1)) : winner[r / 2][v];
                    }
                }
                tile.h[r] += sizes.stride_height;
                tile.from[r] += (long)sizes.stride_height * sizes.input_width * sizes.input_channels;
            }
        }
#pragma unroll
        for (int r = 0; r < ROWS / 2; ++r) {
            if (r < places) {
                const ulong to = (pixel + r) * (uint)sizes.output_channels + block.channel;
#pragma unroll
                for (int v = 0; v < VECTORS; ++v) {
                    const int present = block.present - 16 * v;
                    store16_stored(best[r][v], y + to + 16 * v, present);
                    if (keeps_winners) {
                        store_winners(convert_uchar16(winner[r][v]), winners + to + 16 * v, present);
                    }
                }
            }
        }
    }
}
