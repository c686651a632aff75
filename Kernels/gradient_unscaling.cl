// gradient = gradient * inverse_scale, of several tensors.

kernel void gradient_unscaling(EACH(global float *, gradients), Sizes sizes, float inverse_scale) {
    ELEMENTS_OF_ITEM(sizes)
    global float *gradient = THE(gradients) + i;
    store_some(load_some(gradient, present) * inverse_scale, gradient, present);
}
