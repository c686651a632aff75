// Dropout by Philox4x32-10 (Salmon et al., SC 2011), the same numbers as OcellusGraph's `Philox`.

static void dropout(
    const float *x, ptrdiff_t count, float rate, uint64_t seed, uint32_t sample, uint32_t step, uint32_t purpose,
    float *output) {
    const float factor = 1.0f / (1.0f - rate);
    for (ptrdiff_t first = 0; first < count; first += 4) {
        uint32_t counter[4] = {(uint32_t)(first / 4), sample, step, purpose};
        uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
        for (int round = 0; round < 10; round++) {
            const uint64_t product0 = (uint64_t)counter[0] * 0xD2511F53u, product1 = (uint64_t)counter[2] * 0xCD9E8D57u;
            counter[0] = (uint32_t)(product1 >> 32) ^ counter[1] ^ key0;
            counter[1] = (uint32_t)product1;
            counter[2] = (uint32_t)(product0 >> 32) ^ counter[3] ^ key1;
            counter[3] = (uint32_t)product0;
            key0 += 0x9E3779B9u;
            key1 += 0xBB67AE85u;
        }
        for (ptrdiff_t i = 0; i < 4 && first + i < count; i++) {
            const float uniform = (float)(counter[i] >> 8) * 0x1p-24f;
            output[first + i] = uniform >= rate ? x[first + i] * factor : 0;
        }
    }
}
