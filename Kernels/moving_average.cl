// average = average + part * (value - average), from the nearer end, of several tensors.

kernel void moving_average(
    EACH(global float *, averages), EACH(global const float *, values), Sizes sizes, float part) {
    ELEMENTS_OF_ITEM(sizes)
    global float *average = THE(averages) + i;
    const floatV a = load_some(average, present);
    const floatV v = load_some(THE(values) + i, present);
    store_some(part < 0.5f ? a + part * (v - a) : v - (1.0f - part) * (v - a), average, present);
}
