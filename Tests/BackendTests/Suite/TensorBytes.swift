import OcellusGraph

/// Elements as a device stores them.
func bytes(of values: [Float], as elementType: ElementType) -> [UInt8] {
    switch elementType {
    case .float32: values.withUnsafeBytes { Array($0) }
    case .int32: values.map { Int32($0) }.withUnsafeBytes { Array($0) }
    case .uint8: values.map { UInt8($0) }
    case .float16: values.map { Float16($0).bitPattern }.withUnsafeBytes { Array($0) }
    case .bfloat16: values.map { UInt16($0.bitPattern >> 16) }.withUnsafeBytes { Array($0) }
    }
}

/// Elements as a device stored them, as numbers.
func numbers(in bytes: [UInt8], as elementType: ElementType) -> [Double] {
    bytes.withUnsafeBytes { raw in
        switch elementType {
        case .float32: (0..<raw.count / 4).map { Double(raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)) }
        case .int32: (0..<raw.count / 4).map { Double(raw.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self)) }
        case .uint8: raw.map { Double($0) }
        case .float16:
            (0..<raw.count / 2).map {
                Double(Float16(bitPattern: raw.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self)))
            }
        case .bfloat16:
            (0..<raw.count / 2).map {
                Double(Float(bitPattern: UInt32(raw.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self)) << 16))
            }
        }
    }
}
