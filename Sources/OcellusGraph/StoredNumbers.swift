extension ElementType {
    /// Floating-point numbers as they are stored: rounded to the nearest, ties to even. Of other types, which nothing is
    /// rounded to, the bits of the floats.
    package func bytes(of values: [Float]) -> [UInt8] {
        switch self {
        case .float16: values.map { Float16($0) }.withUnsafeBytes { Array($0) }
        case .bfloat16: values.map { Self.bfloat16(of: $0) }.withUnsafeBytes { Array($0) }
        case .float32, .int32, .uint8: values.withUnsafeBytes { Array($0) }
        }
    }

    /// Floating-point numbers from where they are stored.
    package func floats(in bytes: [UInt8]) -> [Float] {
        bytes.withUnsafeBytes { bytes in
            switch self {
            case .float16: bytes.bindMemory(to: Float16.self).map { Float($0) }
            case .bfloat16: bytes.bindMemory(to: UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
            case .float32, .int32, .uint8: Array(bytes.bindMemory(to: Float.self))
            }
        }
    }

    /// The upper half of a float, after it was rounded. A NaN stays one.
    private static func bfloat16(of value: Float) -> UInt16 {
        let bits = value.bitPattern
        guard !value.isNaN else { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
        return UInt16(truncatingIfNeeded: (bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
    }
}
