import CSIMD

/// Vector instructions that the CPU's kernels are compiled for, lowest first.
public enum InstructionSet: String, Sendable, CaseIterable, Codable {
    /// What every CPU of the architecture has (SSE2 on x86-64).
    case baseline
    /// 128-bit vectors of 64-bit ARM.
    case neon
    /// 256-bit vectors and fused multiply-add of x86-64, since about 2013.
    case avx2
    /// 512-bit vectors of x86-64.
    case avx512

    /// Those that this CPU can run, lowest first.
    public static let available = allCases.filter { $0.kernels != nil }

    /// The highest that this CPU can run.
    public static var best: InstructionSet { available.last ?? .baseline }

    /// As in `AVX2, 2 threads`.
    public var displayName: String {
        switch self {
        case .baseline: "baseline SIMD"
        case .neon: "NEON"
        case .avx2: "AVX2"
        case .avx512: "AVX-512"
        }
    }

    /// The kernels, or nil when this CPU cannot run them.
    package var kernels: UnsafePointer<simd_kernels>? {
        switch self {
        case .baseline: simd_kernels_for(simd_baseline)
        case .neon: simd_kernels_for(simd_neon)
        case .avx2: simd_kernels_for(simd_avx2)
        case .avx512: simd_kernels_for(simd_avx512)
        }
    }
}
