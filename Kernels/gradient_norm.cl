// The norm of all gradients: partial sums of each tensor's squares, then one work-group adds them up.

// A work-item adds up the squares of every `items`-th vector of VEC elements.
kernel void sum_squares(global const float *gradient, global float *partial, ulong elements, int first, int items) {
    const int item = get_global_id(0);
    if (item >= items) return;
    floatV sum = (floatV)0.0f;
    for (ulong i = (ulong)item * VEC; i < elements; i += (ulong)items * VEC) {
        const floatV g = load_some(gradient + i, elements - i);
        sum += g * g;
    }
    partial[first + item] = vector_sum(sum);
}

// result[0] = min(1, maximum / (norm + 1e-6)), NaN for NaN; result[1] = norm.
kernel void finish_norm(global const float *partial, global float *result, int count, float maximum) {
    local float room[SUM_ITEMS];
    const float norm = sqrt(group_sum(partial, count, 1, room));
    if (get_local_id(0) != 0) return;
    const float factor = maximum / (norm + 1e-6f);
    result[0] = factor > 1.0f ? 1.0f : factor;
    result[1] = norm;
}

// gradient = gradient * factor[0]. A work-item handles VEC elements.
kernel void gradient_scale(global float *gradient, global const float *factor, ulong elements) {
    const ulong i = get_global_id(0) * VEC;
    if (i >= elements || factor[0] == 1.0f) return;
    store_some(load_some(gradient + i, elements - i) * factor[0], gradient + i, elements - i);
}
