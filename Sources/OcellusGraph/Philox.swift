/// Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011).
///
/// A number depends only on the seed and on the counter it is asked for, so results do not depend on threads, on order,
/// or on where a run was stopped and resumed. A counter is (element block, sample, step or epoch, purpose).
public struct Philox: Sendable {
    private let key0: UInt32
    private let key1: UInt32

    /// A generator for one seed. All 64 bits count.
    public init(seed: UInt64) {
        key0 = UInt32(truncatingIfNeeded: seed)
        key1 = UInt32(truncatingIfNeeded: seed >> 32)
    }

    /// Four random words for one counter.
    public func block(_ counter: SIMD4<UInt32>) -> SIMD4<UInt32> {
        var c = counter
        var k0 = key0
        var k1 = key1
        for _ in 0..<10 {
            let product0 = UInt64(c[0]) * 0xD251_1F53
            let product1 = UInt64(c[2]) * 0xCD9E_8D57
            c = SIMD4(
                UInt32(truncatingIfNeeded: product1 >> 32) ^ c[1] ^ k0, UInt32(truncatingIfNeeded: product1),
                UInt32(truncatingIfNeeded: product0 >> 32) ^ c[3] ^ k1, UInt32(truncatingIfNeeded: product0))
            k0 &+= 0x9E37_79B9
            k1 &+= 0xBB67_AE85
        }
        return c
    }

    /// Four random words for (element block, sample, step or epoch, purpose).
    public func block(element: Int, sample: Int, step: Int, purpose: Purpose) -> SIMD4<UInt32> {
        block(
            SIMD4(
                UInt32(truncatingIfNeeded: element), UInt32(truncatingIfNeeded: sample),
                UInt32(truncatingIfNeeded: step), purpose.rawValue))
    }

    /// A word as a number in `0 ..< 1`, from its upper 24 bits.
    public static func uniform(_ word: UInt32) -> Float { Float(word >> 8) * 0x1p-24 }

    /// What a random number is for, so that no two uses share one.
    public struct Purpose: RawRepresentable, Hashable, Sendable {
        /// The counter's fourth word.
        public let rawValue: UInt32

        /// A purpose with its own counter word.
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// Initial weights; the sample is the parameter's place in the network.
        public static let initialization = Purpose(rawValue: 1)
        /// The order of samples in an epoch.
        public static let shuffle = Purpose(rawValue: 2)
        /// Augmentation of a sample in an epoch.
        public static let augmentation = Purpose(rawValue: 3)
        /// Rendering of synthetic pictures.
        public static let rendering = Purpose(rawValue: 4)
        /// The dropout layer with the number given.
        public static func dropout(layer: Int) -> Purpose { Purpose(rawValue: 0x1000 + UInt32(layer)) }
    }
}

/// A sequence of random numbers drawn from one Philox counter, for code that draws one number after the other.
public struct PhiloxSequence: RandomNumberGenerator, Sendable {
    private let philox: Philox
    private let sample: Int
    private let step: Int
    private let purpose: Philox.Purpose
    private var nextBlock = 0
    private var words = SIMD4<UInt32>()
    private var position = 4

    /// The numbers of (seed, purpose, epoch or step, sample), from the first on.
    public init(seed: UInt64, purpose: Philox.Purpose, step: Int = 0, sample: Int = 0) {
        philox = Philox(seed: seed)
        self.purpose = purpose
        self.step = step
        self.sample = sample
    }

    /// The next 32 random bits.
    public mutating func nextWord() -> UInt32 {
        if position == 4 {
            words = philox.block(element: nextBlock, sample: sample, step: step, purpose: purpose)
            nextBlock += 1
            position = 0
        }
        defer { position += 1 }
        return words[position]
    }

    /// The next 64 random bits.
    public mutating func next() -> UInt64 { UInt64(nextWord()) | UInt64(nextWord()) << 32 }

    /// The next number in `0 ..< 1`.
    public mutating func nextUniform() -> Float { Philox.uniform(nextWord()) }

    /// The next number in `range` (its upper bound excluded).
    public mutating func nextUniform(in range: ClosedRange<Float>) -> Float {
        range.lowerBound + (range.upperBound - range.lowerBound) * nextUniform()
    }
}
