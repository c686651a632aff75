import Foundation
import Ocellus

/// A tensor whose elements stand in the file.
struct ONNXConstant {
    /// The elements, as floating-point or whole numbers.
    enum Elements {
        case floats([Float])
        case integers([Int])
    }

    let shape: [Int]
    let elements: Elements

    var count: Int { shape.reduce(1, *) }

    /// The elements as floating-point numbers.
    var floats: [Float] {
        switch elements {
        case .floats(let values): values
        case .integers(let values): values.map(Float.init)
        }
    }

    /// The elements if they are whole numbers.
    var integers: [Int]? {
        if case .integers(let values) = elements { values } else { nil }
    }

    init(_ shape: [Int], _ elements: Elements) {
        self.shape = shape
        self.elements = elements
    }

    /// Reads a tensor. Nothing is reserved that the file does not hold.
    /// - Throws: `ONNXFault` when its elements are elsewhere, too few or many, or of a type that is not supported.
    init(_ tensor: ONNXTensor) throws(ONNXFault) {
        guard tensor.dataLocation == .inline, tensor.externalData.isEmpty else {
            let location = tensor.externalData.first { $0.key == "location" }?.value ?? ""
            throw ONNXFault(
                "the tensor '\(tensor.name.brief)' is in a file of its own ('\(location.brief)'), and such files are not read; "
                    + "save the model as one file (torch.onnx.export: external_data=False)")
        }
        var count = 1
        for extent in tensor.dims {
            let (product, overflows) = count.multipliedReportingOverflow(by: Int(extent))
            guard extent >= 0, extent < 1 << 31, !overflows, product < 1 << 40 else {
                throw ONNXFault("the tensor '\(tensor.name.brief)' has the absurd shape \(tensor.dims.prefix(8))")
            }
            count = product
        }
        shape = tensor.dims.map(Int.init)
        elements = try Self.elements(of: tensor)
        let found =
            switch elements {
            case .floats(let values): values.count
            case .integers(let values): values.count
            }
        guard found == count else {
            throw ONNXFault("the tensor '\(tensor.name.brief)' \(shape) has \(found) elements and should have \(count)")
        }
    }

    private static func elements(of tensor: ONNXTensor) throws(ONNXFault) -> Elements {
        let raw = tensor.rawData
        let isRaw = !raw.isEmpty
        switch tensor.dataType {
        case .float: return .floats(isRaw ? raw.elements(UInt32.self).map(Float.init(bitPattern:)) : tensor.floatData)
        case .double:
            return .floats(
                isRaw
                    ? raw.elements(UInt64.self).map { Float(Double(bitPattern: $0)) }
                    : tensor.doubleData.map(Float.init))
        case .float16, .bfloat16:
            let type: SafetensorsElementType = tensor.dataType == .float16 ? .float16 : .bfloat16
            let halves = isRaw ? raw.elements(UInt16.self) : tensor.int32Data.map { UInt16(truncatingIfNeeded: $0) }
            return .floats(type.floats(halves: halves))
        case .int64: return .integers(isRaw ? raw.elements(Int64.self).map(Int.init) : tensor.int64Data.map(Int.init))
        case .int32: return .integers(isRaw ? raw.elements(Int32.self).map(Int.init) : tensor.int32Data.map(Int.init))
        case .bool, .uint8: return .integers(isRaw ? raw.map(Int.init) : tensor.int32Data.map(Int.init))
        default:
            throw ONNXFault(
                "the tensor '\(tensor.name.brief)' has elements of the type \(tensor.dataType), which is not supported")
        }
    }
}

extension SafetensorsElementType {
    /// The values of two-byte elements.
    fileprivate func floats(halves: [UInt16]) -> [Float] {
        [Float](unsafeUninitializedCapacity: halves.count) { target, count in
            count = halves.count
            let rebased = UnsafeMutableBufferPointer(rebasing: target[..<count])
            _ = halves.map(\.littleEndian).withUnsafeBytes { convert($0, to: rebased) }
        }
    }
}

extension Data {
    /// Little-endian numbers; bytes that are left over make one more, so that their count is found to be wrong.
    fileprivate func elements<Number: FixedWidthInteger>(_ type: Number.Type) -> [Number] {
        let size = MemoryLayout<Number>.size
        return withUnsafeBytes { bytes in
            (0..<bytes.count / size).map {
                Number(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * size, as: type))
            } + (bytes.count % size == 0 ? [] : [0])
        }
    }
}

extension String {
    /// At most a line of it, for errors about files that may hold anything.
    var brief: String { count > 100 ? prefix(100) + "…" : self }
}
