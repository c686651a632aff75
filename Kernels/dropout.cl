// Inverted dropout. A work-item handles four neighbouring elements of a sample, which one Philox block decides about.

// x and y may be the same memory.
kernel void dropout(
    global const stored *x, global stored *y, ulong elements_a_sample, int count, int sample_offset, int step,
    int purpose, ulong seed, float rate, float scale) {
    const ulong blocks = (elements_a_sample + 3) / 4;
    const ulong sample = get_global_id(0) / blocks;
    if (sample >= (ulong)count) return;
    const ulong block = get_global_id(0) - sample * blocks;
    const uint4 words =
        philox((uint4)((uint)block, (uint)(sample_offset + (int)sample), (uint)step, (uint)purpose), seed);
    const uint word[4] = {words.x, words.y, words.z, words.w};
    const ulong first = block * 4;
    const int present = (int)min(elements_a_sample - first, (ulong)4);
    for (int i = 0; i < present; ++i) {
        const ulong place = sample * elements_a_sample + first + i;
        const bool stays = (float)(word[i] >> 8) * 0x1p-24f >= rate;
        WRITE_STORED(stays ? READ_STORED(x + place) * scale : 0.0f, y + place);
    }
}
