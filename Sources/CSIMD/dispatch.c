#include "tables.h"

const simd_kernels *simd_kernels_for(simd_instruction_set instructionSet) {
    switch (instructionSet) {
    case simd_baseline:
        return &simd_baseline_kernels;
    case simd_neon:
#if defined(__aarch64__)
        return &simd_neon_kernels;
#else
        return NULL;
#endif
    case simd_avx2:
#if defined(__x86_64__)
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &simd_avx2_kernels;
#endif
        return NULL;
    case simd_avx512:
#if defined(__x86_64__)
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
            && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
            return &simd_avx512_kernels;
#endif
        return NULL;
    }
    return NULL;
}

const simd_kernels *simd_best_kernels(void) {
    for (int set = simd_avx512; set > simd_baseline; set--) {
        const simd_kernels *kernels = simd_kernels_for((simd_instruction_set)set);
        if (kernels) return kernels;
    }
    return &simd_baseline_kernels;
}
