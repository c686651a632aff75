// Philox4x32-10 (Salmon et al., SC 2011), the same as the host's.
static inline uint4 philox(uint4 counter, ulong seed) {
    uint key0 = (uint)seed;
    uint key1 = (uint)(seed >> 32);
    for (int round = 0; round < 10; ++round) {
        counter = (uint4)(
            mul_hi(counter.z, 0xCD9E8D57u) ^ counter.y ^ key0, counter.z * 0xCD9E8D57u,
            mul_hi(counter.x, 0xD2511F53u) ^ counter.w ^ key1, counter.x * 0xD2511F53u);
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
    return counter;
}
