// The gradients of a convolution under a 2 x 2 max-pooling, by their non-zeros alone: of each window only the winner
// has a gradient, and under a ReLU only where it is positive.
//
// Both gradients add, for one gradient at a winner's place, the same patch: WINDOW_HEIGHT runs of neighbouring floats
// (a row of the window times its channels), cut into vectors of LANES. The last vector of a run overlaps the one
// before it when LANES does not divide the run. A pass holds PASS vectors of each run in registers.

typedef JOIN(float, LANES) floatL;
#define LOAD_LANES(pointer) JOIN(vload, LANES)(0, pointer)
#define STORE_LANES(value, pointer) JOIN(vstore, LANES)(value, 0, pointer)

// The order is that of `PooledGradient.kernelIntegers`.
typedef struct {
    int pooled_height, pooled_width, input_height, input_width, input_channels, stride_height, stride_width;
    // Floats in a run, vectors in a run, floats from one run to the next.
    int run, vectors, next_run;
    int output_channels;
    // Pooled lines that a work-item handles, channels of dw that it makes, and pooled places of a line that it takes
    // at once.
    int lines, channels, segment;
} Sizes;

// The most pooled places, and gradients under them, that a work-item takes at once.
#define MOST_PLACES 128
#define MOST_GRADIENTS 2048

// Where vector v of a run starts.
static inline int vector_start(int v, int run) { return min(v * LANES, run - LANES); }

// Where the patch under winner `winner` of the pooled place lies in its sample.
static inline int patch_start(int line, int column, int winner, const Sizes *sizes) {
    const int h = (2 * line + (winner >> 1)) * sizes->stride_height;
    const int w = (2 * column + (winner & 1)) * sizes->stride_width;
    return (h * sizes->input_width + w) * sizes->input_channels;
}

// Adds the patches of `present` gradients to one pass of dw.
static inline void add_patches(
    global float *to, bool is_first, global const stored *x, const int *places, const float *gradients, int present,
    int pass, const Sizes *sizes) {
    floatL sums[WINDOW_HEIGHT][PASS];
    int starts[PASS];
#pragma unroll
    for (int v = 0; v < PASS; ++v) starts[v] = vector_start(pass + v, sizes->run);
#pragma unroll
    for (int i = 0; i < WINDOW_HEIGHT; ++i) {
#pragma unroll
        for (int v = 0; v < PASS; ++v) {
            sums[i][v] = is_first ? (floatL)0.0f : LOAD_LANES(to + (i * sizes->vectors + v) * LANES);
        }
    }
    for (int e = 0; e < present; ++e) {
        global const stored *patch = x + places[e];
#pragma unroll
        for (int i = 0; i < WINDOW_HEIGHT; ++i) {
#pragma unroll
            for (int v = 0; v < PASS; ++v) {
                sums[i][v] = MULTIPLY_ADD(
                    (floatL)gradients[e], VLOAD_STORED(LANES, patch + i * sizes->next_run + starts[v]), sums[i][v]);
            }
        }
    }
#pragma unroll
    for (int i = 0; i < WINDOW_HEIGHT; ++i) {
#pragma unroll
        for (int v = 0; v < PASS; ++v) STORE_LANES(sums[i][v], to + (i * sizes->vectors + v) * LANES);
    }
}

// dw: partial[chunk, channel, run, vector, LANES] from `lines` pooled lines a chunk. A segment is so many pooled
// places that the input under them stays in a core's first cache while all channels pass over it. For one channel the
// segment's non-zeros are gathered first, then their patches added pass by pass.
__attribute__((reqd_work_group_size(1, 1, 1))) kernel void pooled_filter_gradient(
    global const stored *x, global const stored *dy, global const uchar *winners, global float *partial, Sizes sizes,
    int count) {
    const ulong all_lines = (ulong)count * (uint)sizes.pooled_height;
    const ulong first = get_group_id(0) * (ulong)sizes.lines;
    const ulong end = min(first + (uint)sizes.lines, all_lines);
    const int vector_count = WINDOW_HEIGHT * sizes.vectors;
    partial += get_group_id(0) * (ulong)(sizes.output_channels * LANES) * (uint)vector_count;
    const int first_channel = (int)get_group_id(1) * sizes.channels;
    const int end_channel = min(first_channel + sizes.channels, sizes.output_channels);
    int places[MOST_PLACES];
    float gradients[MOST_PLACES];
    // From a place's first winner to each, and from a place to the next.
    int offsets[4];
    for (int winner = 0; winner < 4; ++winner) offsets[winner] = patch_start(0, 0, winner, &sizes);
    const int step = 2 * sizes.stride_width * sizes.input_channels;

    for (ulong line = first; line < end; ++line) {
        const ulong sample = line / (uint)sizes.pooled_height;
        const int row = (int)(line - sample * (uint)sizes.pooled_height);
        global const stored *values =
            x + sample * (uint)(sizes.input_height * sizes.input_width) * (uint)sizes.input_channels;
        for (int segment = 0; segment < sizes.pooled_width; segment += sizes.segment) {
            const int columns = min(sizes.pooled_width - segment, sizes.segment);
            for (int channel = first_channel; channel < end_channel; ++channel) {
                const ulong from = (line * (uint)sizes.pooled_width + segment) * (uint)sizes.output_channels + channel;
                int present = 0;
                int place = patch_start(row, segment, 0, &sizes);
                for (int column = 0; column < columns; ++column) {
                    const ulong at = from + (ulong)(column * sizes.output_channels);
                    const float gradient = READ_STORED(dy + at);
                    gradients[present] = gradient;
                    places[present] = place + offsets[winners[at] & 3];
                    place += step;
                    present += gradient != 0.0f;
                }
                for (int pass = 0; pass < sizes.vectors; pass += PASS) {
                    add_patches(
                        partial + (channel * vector_count + pass) * LANES, line == first && segment == 0, values,
                        places, gradients, present, pass, &sizes);
                }
            }
        }
    }
}

// Adds the chunks of dw that have lines, and puts them in the filter's order [i, j, c, channel].
kernel void finish_filter_gradient(global const float *partial, global float *dw, Sizes sizes, int count) {
    const int index = get_global_id(0);
    const int element = index / sizes.output_channels;
    if (element >= WINDOW_HEIGHT * sizes.run) return;
    const int channel = index - element * sizes.output_channels;
    const int i = element / sizes.run;
    const int place = element - i * sizes.run;
    const int vector = min(place / LANES, sizes.vectors - 1);
    const int vector_count = WINDOW_HEIGHT * sizes.vectors;
    const ulong from = (ulong)((channel * vector_count + i * sizes.vectors + vector) * LANES)
        + (uint)(place - vector_start(vector, sizes.run));
    const ulong all_lines = (ulong)count * (uint)sizes.pooled_height;
    const ulong chunks = (all_lines + (uint)sizes.lines - 1) / (uint)sizes.lines;
    float sum = 0.0f;
    for (ulong chunk = 0; chunk < chunks; ++chunk) {
        sum += partial[from + chunk * (ulong)(sizes.output_channels * LANES) * (uint)vector_count];
    }
    dw[index] = sum;
}

// The filter as packed[channel, run, vector, LANES]. Where the last vector overlaps the one before it, it has zeros.
kernel void pack_filter_runs(global const float *filter, global float *packed, Sizes sizes) {
    const int index = get_global_id(0);
    const int vector_count = WINDOW_HEIGHT * sizes.vectors;
    if (index >= sizes.output_channels * vector_count * LANES) return;
    const int vector_index = index / LANES;
    const int lane = index - vector_index * LANES;
    const int channel = vector_index / vector_count;
    const int within = vector_index - channel * vector_count;
    const int i = within / sizes.vectors;
    const int vector = within - i * sizes.vectors;
    const int place = vector_start(vector, sizes.run) + lane;
    packed[index] = place < vector * LANES ? 0.0f : filter[(i * sizes.run + place) * sizes.output_channels + channel];
}

// The non-zeros of one pooled place in the order of their winners: where each channel's weights are, its gradient,
// and in `ends` where those of each winner begin and end.
static inline void sort_by_winner(
    global const stored *dy, global const uchar *winners, int *weights_of, float *gradients, int *ends,
    int channel_floats, int channel_count) {
    int channels[MOST_GRADIENTS];
    int present = 0;
    int counts[4] = {0, 0, 0, 0};
    for (int channel = 0; channel < channel_count; ++channel) {
        channels[present] = channel;
        present += READ_STORED(dy + channel) != 0.0f;
    }
    for (int e = 0; e < present; ++e) ++counts[winners[channels[e]] & 3];
    ends[0] = 0;
    for (int winner = 0; winner < 4; ++winner) {
        ends[winner + 1] = ends[winner] + counts[winner];
        counts[winner] = ends[winner];
    }
    for (int e = 0; e < present; ++e) {
        const int at = counts[winners[channels[e]] & 3]++;
        weights_of[at] = channels[e] * channel_floats;
        gradients[at] = READ_STORED(dy + channels[e]);
    }
}

// Adds the weights of `present` gradients to one pass of a patch of dx, as far as its rows lie in first_row ..<
// end_row.
static inline void add_weights(
    global float *patch, global const float *packed, const int *weights_of, const float *gradients, int present,
    int pass, int first_row, int end_row, int dilation_height, const Sizes *sizes) {
    floatL sums[WINDOW_HEIGHT][PASS];
#pragma unroll
    for (int i = 0; i < WINDOW_HEIGHT; ++i) {
#pragma unroll
        for (int v = 0; v < PASS; ++v) sums[i][v] = (floatL)0.0f;
    }
    for (int e = 0; e < present; ++e) {
        global const float *weights = packed + weights_of[e];
#pragma unroll
        for (int i = 0; i < WINDOW_HEIGHT; ++i) {
#pragma unroll
            for (int v = 0; v < PASS; ++v) {
                sums[i][v] = MULTIPLY_ADD(
                    (floatL)gradients[e], LOAD_LANES(weights + (i * sizes->vectors + v) * LANES), sums[i][v]);
            }
        }
    }
#pragma unroll
    for (int i = 0; i < WINDOW_HEIGHT; ++i) {
        if (i * dilation_height >= first_row && i * dilation_height < end_row) {
#pragma unroll
            for (int v = 0; v < PASS; ++v) {
                global float *to = patch + i * sizes->next_run + vector_start(pass + v, sizes->run);
                STORE_LANES(LOAD_LANES(to) + sums[i][v], to);
            }
        }
    }
}

// dx of one sample's input rows under `lines` pooled lines. Pooled lines above that reach into these rows count too;
// each work-item writes its own rows only.
__attribute__((reqd_work_group_size(1, 1, 1))) kernel void pooled_input_gradient(
    global const stored *dy, global const uchar *winners, global const float *packed, global float *dx, Sizes sizes,
    int dilation_height, int count) {
    const ulong sample = get_group_id(1);
    const int band = get_group_id(0);
    const int bands = get_num_groups(0);
    const int first_row = band * sizes.lines * 2 * sizes.stride_height;
    const int end_row =
        band + 1 == bands ? sizes.input_height : (band + 1) * sizes.lines * 2 * sizes.stride_height;
    // The first pooled line whose lowest winner's window still reaches the first row.
    const int reach = sizes.stride_height + (WINDOW_HEIGHT - 1) * dilation_height;
    const int above = first_row - reach;
    const int first_line = above <= 0 ? 0 : (above + 2 * sizes.stride_height - 1) / (2 * sizes.stride_height);
    const int end_line = min((band + 1) * sizes.lines, sizes.pooled_height);
    const int vector_count = WINDOW_HEIGHT * sizes.vectors;
    const int row_floats = sizes.input_width * sizes.input_channels;
    dx += sample * (uint)sizes.input_height * (uint)row_floats;

    for (int place = first_row * row_floats; place < end_row * row_floats; ++place) dx[place] = 0.0f;

    // The non-zeros of a segment of pooled places, for each place by winner.
    int weights_of[MOST_GRADIENTS];
    float gradients[MOST_GRADIENTS];
    int ends[MOST_PLACES][5];
    for (int line = first_line; line < end_line; ++line) {
        for (int segment = 0; segment < sizes.pooled_width; segment += sizes.segment) {
            const int columns = min(sizes.pooled_width - segment, sizes.segment);
            for (int column = 0; column < columns; ++column) {
                const ulong from =
                    pixel_at(sample, line, segment + column, sizes.pooled_height, sizes.pooled_width)
                    * (uint)sizes.output_channels;
                const int begin = column * sizes.output_channels;
                sort_by_winner(
                    dy + from, winners + from, weights_of + begin, gradients + begin, ends[column],
                    vector_count * LANES, sizes.output_channels);
            }
            // All places take one pass before the next one begins: its weights stay in the first cache.
            for (int pass = 0; pass < sizes.vectors; pass += PASS) {
                for (int column = 0; column < columns; ++column) {
                    for (int winner = 0; winner < 4; ++winner) {
                        const int begin = column * sizes.output_channels + ends[column][winner];
                        const int present = ends[column][winner + 1] - ends[column][winner];
                        if (present == 0) continue;
                        const int top = (2 * line + (winner >> 1)) * sizes.stride_height;
                        add_weights(
                            dx + patch_start(line, segment + column, winner, &sizes), packed + pass * LANES,
                            weights_of + begin, gradients + begin, present, pass, first_row - top, end_row - top,
                            dilation_height, &sizes);
                    }
                }
            }
        }
    }
}
