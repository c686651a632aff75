// Batch normalisation over [rows, channels]. Statistics take one pass over x. Each lane of each chunk of rows has a mean and a
// sum of squared differences from it, of BLOCK rows at a time, found by what they differ from the block's first: sums so short
// lose little, whatever that first row is. Blocks, lanes and chunks are joined as Chan, Golub & LeVeque do (COMPSTAT 1982).
//
// FUNCTION: the activation that follows.

#define BLOCK 64

// partial[chunk, 0, channel] = the mean, partial[chunk, 1, channel] = the sum of squared differences from it.
kernel void statistics(global const stored *x, global float *partial, ulong rows, int channels, int rows_a_chunk) {
    ROOM(room)
    CHANNELS_OF_ITEM
    ROWS_OF_CHUNK
    float count = 0.0f;
    floatV mean = (floatV)0.0f;
    floatV squares = (floatV)0.0f;
    for (ulong block = first; block < end; block += BLOCK * LANES) {
        const ulong block_end = min(block + BLOCK * LANES, end);
        floatV start = (floatV)0.0f;
        floatV sum = (floatV)0.0f;
        floatV block_squares = (floatV)0.0f;
        for (ulong row = block; row < block_end; row += DEPTH * LANES) {
            floatV values[DEPTH];
            LOAD_ROWS(values, x, block_end)
            if (row == block) start = values[0];
#pragma unroll
            for (int i = 0; i < DEPTH; ++i) {
                if (!HAS_ROW(i, block_end)) continue;
                const floatV difference = values[i] - start;
                sum += difference;
                block_squares += difference * difference;
            }
        }
        const float block_count = (float)((block_end - block + (LANES - 1)) / LANES);
        const floatV step = sum / block_count;
        const floatV distance = start + step - mean;
        const float part = block_count / (count + block_count);
        mean += distance * part;
        squares += fmax(block_squares - sum * step, (floatV)0.0f) + distance * distance * (count * part);
        count += block_count;
    }
    const floatV chunk_mean = SUM_OF_LANES(count * mean, room) / (float)(end - chunk * (uint)rows_a_chunk);
    const floatV distance = mean - chunk_mean;
    squares = SUM_OF_LANES(squares + count * distance * distance, room);
    if (!IS_FIRST_LANE) return;
    store_some(chunk_mean, partial + 2 * chunk * (uint)channels + channel, present);
    store_some(squares, partial + (2 * chunk + 1) * (uint)channels + channel, present);
}

// The mean, the inverse standard deviation, and the running statistics.
kernel void finish_statistics(
    global const float *partial, global float *mean, global float *inverse_deviation, global float *running_mean,
    global float *running_variance, ulong rows, int channels, int rows_a_chunk, float epsilon, float momentum,
    int unbiased) {
    ROOM(room)
    CHANNELS_OF_ITEM
    const ulong stride = 2 * (ulong)channels;
    floatV sum = (floatV)0.0f;
    for (ulong chunk = get_local_id(1); chunk < CHUNKS; chunk += LANES) {
        sum += load_some(partial + chunk * stride + channel, present) * ROWS_IN(chunk);
    }
    const floatV centre = SUM_OF_LANES(sum, room) / (float)rows;
    sum = (floatV)0.0f;
    for (ulong chunk = get_local_id(1); chunk < CHUNKS; chunk += LANES) {
        const floatV distance = load_some(partial + chunk * stride + channel, present) - centre;
        sum += load_some(partial + chunk * stride + channels + channel, present)
            + distance * distance * ROWS_IN(chunk);
    }
    const floatV squares = SUM_OF_LANES(sum, room);
    if (!IS_FIRST_LANE) return;
    const floatV variance = squares / (float)rows;
    store_some(centre, mean + channel, present);
    store_some((floatV)1.0f / sqrt(variance + epsilon), inverse_deviation + channel, present);
    const floatV tracked = unbiased ? squares / (float)max(rows - 1, (ulong)1) : variance;
    store_some(
        momentum * load_some(running_mean + channel, present) + (1.0f - momentum) * centre, running_mean + channel,
        present);
    store_some(
        momentum * load_some(running_variance + channel, present) + (1.0f - momentum) * tracked,
        running_variance + channel, present);
}

// scale (x - mean) inverse_deviation + shift, before the activation.
static inline floatV normalized(floatV x, floatV centre, floatV factor, floatV offset) {
    return (x - centre) * factor + offset;
}

// y = f(scale (x - mean) inverse_deviation + shift).
kernel void normalize_rows(
    global const stored *x, global const float *scale, global const float *shift, global const float *mean,
    global const float *inverse_deviation, global stored *y, ulong rows, int channels, int rows_a_chunk) {
    CHANNELS_OF_ITEM
    ROWS_OF_CHUNK
    const floatV centre = load_some(mean + channel, present);
    const floatV factor = load_some(scale + channel, present) * load_some(inverse_deviation + channel, present);
    const floatV offset = load_some(shift + channel, present);
    for (ulong row = first; row < end; row += DEPTH * LANES) {
        floatV values[DEPTH];
        LOAD_ROWS(values, x, end)
#pragma unroll
        for (int i = 0; i < DEPTH; ++i) {
            if (!HAS_ROW(i, end)) continue;
            const floatV value = normalized(values[i], centre, factor, offset);
            store_some_stored(activate(value, FUNCTION), y + ROW_PLACE(i), present);
        }
    }
}

// Without activation, by known statistics. y and x may be the same memory.
kernel void infer(
    global const stored *x, global const float *scale, global const float *shift, global const float *mean,
    global const float *variance, global stored *y, ulong rows, int channels, int rows_a_chunk, float epsilon) {
    CHANNELS_OF_ITEM
    ROWS_OF_CHUNK
    const floatV centre = load_some(mean + channel, present);
    const floatV factor =
        load_some(scale + channel, present) / sqrt(load_some(variance + channel, present) + epsilon);
    const floatV offset = load_some(shift + channel, present);
    for (ulong row = first; row < end; row += DEPTH * LANES) {
        floatV values[DEPTH];
        LOAD_ROWS(values, x, end)
#pragma unroll
        for (int i = 0; i < DEPTH; ++i) {
            if (!HAS_ROW(i, end)) continue;
            store_some_stored((values[i] - centre) * factor + offset, y + ROW_PLACE(i), present);
        }
    }
}

// The gradient of that by x. dx and dy may be the same memory.
kernel void infer_gradient(
    global const stored *dy, global const float *scale, global const float *variance, global stored *dx, ulong rows,
    int channels, int rows_a_chunk, float epsilon) {
    CHANNELS_OF_ITEM
    ROWS_OF_CHUNK
    const floatV factor =
        load_some(scale + channel, present) / sqrt(load_some(variance + channel, present) + epsilon);
    for (ulong row = first; row < end; row += DEPTH * LANES) {
        floatV gradients[DEPTH];
        LOAD_ROWS(gradients, dy, end)
#pragma unroll
        for (int i = 0; i < DEPTH; ++i) {
            if (HAS_ROW(i, end)) store_some_stored(gradients[i] * factor, dx + ROW_PLACE(i), present);
        }
    }
}

// What of the gradient dy reaches the normalised x: through the activation's slope.
static inline floatV reaching(floatV dy, floatV x, floatV centre, floatV factor, floatV offset) {
    return activation_slope(dy, normalized(x, centre, factor, offset), FUNCTION);
}

// partial[chunk, 0, channel] = sum of dy that reaches x, partial[chunk, 1, channel] = sum of dy times x normalised.
kernel void sum_gradients(
    global const stored *dy, global const stored *x, global const float *scale, global const float *shift,
    global const float *mean, global const float *inverse_deviation, global float *partial, ulong rows, int channels,
    int rows_a_chunk) {
    ROOM(room)
    CHANNELS_OF_ITEM
    ROWS_OF_CHUNK
    const floatV centre = load_some(mean + channel, present);
    const floatV inverse = load_some(inverse_deviation + channel, present);
    const floatV factor = load_some(scale + channel, present) * inverse;
    const floatV offset = load_some(shift + channel, present);
    floatV sum = (floatV)0.0f;
    floatV products = (floatV)0.0f;
    for (ulong row = first; row < end; row += DEPTH * LANES) {
        floatV values[DEPTH], gradients[DEPTH];
        LOAD_ROWS(values, x, end)
        LOAD_ROWS(gradients, dy, end)
#pragma unroll
        for (int i = 0; i < DEPTH; ++i) {
            if (!HAS_ROW(i, end)) continue;
            const floatV gradient = reaching(gradients[i], values[i], centre, factor, offset);
            sum += gradient;
            products += gradient * (values[i] - centre);
        }
    }
    sum = SUM_OF_LANES(sum, room);
    products = SUM_OF_LANES(products, room) * inverse;
    if (!IS_FIRST_LANE) return;
    store_some(sum, partial + 2 * chunk * (uint)channels + channel, present);
    store_some(products, partial + (2 * chunk + 1) * (uint)channels + channel, present);
}

// dx = scale inverse_deviation (dy - mean of dy - x normalised * mean of dy times x normalised).
kernel void input_gradient(
    global const stored *dy, global const stored *x, global const float *scale, global const float *shift,
    global const float *mean, global const float *inverse_deviation, global const float *scale_gradient,
    global const float *shift_gradient, global stored *dx, ulong rows, int channels, int rows_a_chunk) {
    CHANNELS_OF_ITEM
    ROWS_OF_CHUNK
    const floatV centre = load_some(mean + channel, present);
    const floatV inverse = load_some(inverse_deviation + channel, present);
    const floatV factor = load_some(scale + channel, present) * inverse;
    const floatV offset = load_some(shift + channel, present);
    const floatV level = factor * load_some(shift_gradient + channel, present) / (float)rows;
    const floatV slope = factor * inverse * load_some(scale_gradient + channel, present) / (float)rows;
    for (ulong row = first; row < end; row += DEPTH * LANES) {
        floatV values[DEPTH], gradients[DEPTH];
        LOAD_ROWS(values, x, end)
        LOAD_ROWS(gradients, dy, end)
#pragma unroll
        for (int i = 0; i < DEPTH; ++i) {
            if (!HAS_ROW(i, end)) continue;
            const floatV gradient = reaching(gradients[i], values[i], centre, factor, offset);
            store_some_stored(
                factor * gradient - level - (values[i] - centre) * slope, dx + ROW_PLACE(i), present);
        }
    }
}
