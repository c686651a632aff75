// Each sample whole, or zeros. A work-item handles VEC elements of a sample.

// x and y may be the same memory.
kernel void stochastic_depth(
    global const stored *x, global stored *y, ulong elements_a_sample, int count, int sample_offset, int step,
    int purpose, ulong seed, float rate, float scale) {
    const ulong vectors = (elements_a_sample + VEC - 1) / VEC;
    const ulong sample = get_global_id(0) / vectors;
    if (sample >= (ulong)count) return;
    const ulong first = (get_global_id(0) - sample * vectors) * VEC;
    const ulong place = sample * elements_a_sample + first;
    const uint word = philox((uint4)(0u, (uint)(sample_offset + (int)sample), (uint)step, (uint)purpose), seed).x;
    const bool stays = (float)(word >> 8) * 0x1p-24f >= rate;
    const ulong present = elements_a_sample - first;
    store_some_stored(stays ? load_some_stored(x + place, present) * scale : (floatV)0.0f, y + place, present);
}
