/// How a tensor's elements are stored in a safetensors file.
public enum SafetensorsElementType: String, Sendable, CaseIterable {
    case bool = "BOOL"
    case uint8 = "U8"
    case int8 = "I8"
    case float8E5M2 = "F8_E5M2"
    case float8E4M3 = "F8_E4M3"
    case int16 = "I16"
    case uint16 = "U16"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case int32 = "I32"
    case uint32 = "U32"
    case float32 = "F32"
    case int64 = "I64"
    case uint64 = "U64"
    case float64 = "F64"

    /// Size of one element in bytes.
    public var byteCount: Int {
        switch self {
        case .bool, .uint8, .int8, .float8E5M2, .float8E4M3: 1
        case .int16, .uint16, .float16, .bfloat16: 2
        case .int32, .uint32, .float32: 4
        case .int64, .uint64, .float64: 8
        }
    }

    /// Whether elements can be read as `Float`: `F32`, `F16`, `BF16` and `F64`.
    public var isFloatingPoint: Bool {
        switch self {
        case .float32, .float16, .bfloat16, .float64: true
        default: false
        }
    }

    /// Converts `source`, little-endian elements of this type, to `Float`, rounding `F64` to nearest.
    /// - Returns: false when the type is not one of `F32`, `F16`, `BF16` and `F64`.
    package func convert(_ source: UnsafeRawBufferPointer, to target: UnsafeMutableBufferPointer<Float>) -> Bool {
        switch self {
        case .float32:
            for index in target.indices {
                target[index] = Float(bitPattern: Self.load(source, index, UInt32.self))
            }
        case .bfloat16:  // the upper half of a Float
            for index in target.indices {
                target[index] = Float(bitPattern: UInt32(Self.load(source, index, UInt16.self)) << 16)
            }
        case .float16:
            for index in target.indices {
                target[index] = Self.float(half: Self.load(source, index, UInt16.self))
            }
        case .float64:
            for index in target.indices {
                target[index] = Float(Double(bitPattern: Self.load(source, index, UInt64.self)))
            }
        default: return false
        }
        return true
    }

    private static func load<Bits: FixedWidthInteger>(
        _ source: UnsafeRawBufferPointer, _ index: Int, _ type: Bits.Type
    ) -> Bits {
        Bits(littleEndian: source.loadUnaligned(fromByteOffset: index * MemoryLayout<Bits>.size, as: type))
    }

    /// The value of an IEEE 754 half, exactly. Swift's own `Float16` does not exist on every processor.
    private static func float(half: UInt16) -> Float {
        let sign = UInt32(half & 0x8000) << 16
        let exponent = UInt32(half >> 10 & 0x1F)
        let fraction = UInt32(half & 0x3FF)
        switch exponent {
        case 0:  // zero and subnormals: fraction × 2⁻²⁴
            let magnitude = Float(fraction) * 0x1p-24
            return sign == 0 ? magnitude : -magnitude
        case 0x1F: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
        default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
        }
    }
}
