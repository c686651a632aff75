// Each element between -limit and limit, of several tensors; NaN stays NaN.

kernel void gradient_clamp(EACH(global float *, gradients), Sizes sizes, float limit) {
    ELEMENTS_OF_ITEM(sizes)
    global float *gradient = THE(gradients) + i;
    floatV g = load_some(gradient, present);
    g = g > limit ? (floatV)limit : g;
    store_some(g < -limit ? (floatV)-limit : g, gradient, present);
}
