import FoundationEssentials
import Ocellus

/// The pictures in a request's one input: `image` (BYTES, encoded files), `pixels` (UINT8, RGB of any size) or `input` (FP32,
/// preprocessed).
struct TensorInputs {
    let preprocessing: Preprocessing
    let limits: DecodingLimits
    let maximumCount: Int

    /// - Throws: `RequestError` 400 that names what is wrong with the input, 413 when there is too much of it.
    func pictures(of message: inout TensorMessage) throws -> [PictureInput] {
        guard message.request.inputs.count == 1 else {
            throw RequestError(.badRequest, "Give one input: 'image', 'pixels' or 'input'")
        }
        let input = message.request.inputs[0]
        let binary = try input.parameters?.binaryDataSize.map { try message.takeBinary($0, of: input.name) }
        guard let count = input.shape.first, count >= 1, input.shape.allSatisfy({ $0 >= 1 }) else {
            throw RequestError(.badRequest, "The input '\(input.name)' has the shape \(input.shape), which is empty")
        }
        guard count <= maximumCount else {
            throw RequestError(.contentTooLarge, "More than \(maximumCount) pictures, which is the limit")
        }
        switch (input.name, input.datatype) {
        case ("image", "BYTES"): return try encoded(input, binary, count)
        case ("pixels", "UINT8"): return try pixels(input, binary, count)
        case ("input", "FP32"): return try values(input, binary, count)
        default:
            throw RequestError(
                .badRequest, "There is no input '\(input.name)' of type \(input.datatype); see the model's metadata")
        }
    }

    private func encoded(
        _ input: TensorRequest.Input, _ binary: ArraySlice<UInt8>?, _ count: Int
    ) throws -> [PictureInput] {
        guard input.shape == [count] || input.shape == [count, 1] else { throw wrongShape(input, "[N]") }
        if let binary { return try Self.elements(of: binary, count).map { .encoded(Array($0)) } }
        guard case .texts(let texts) = input.data, texts.count == count else { throw wrongCount(input, count) }
        return try texts.map {
            guard let data = Data(base64Encoded: $0) else {
                throw RequestError(.badRequest, "In JSON, pictures are base64; one is not")
            }
            return .encoded(Array(data))
        }
    }

    /// Elements of BYTES: each with its length, 32 bits, little-endian, before it.
    static func elements(of binary: ArraySlice<UInt8>, _ count: Int) throws -> [ArraySlice<UInt8>] {
        var (rest, elements) = (binary, [ArraySlice<UInt8>]())
        while !rest.isEmpty {
            let length = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            guard rest.count >= 4, length <= rest.count - 4, elements.count < count else {
                throw RequestError(.badRequest, "The binary elements do not fit the input's shape and size")
            }
            elements.append(rest.dropFirst(4).prefix(length))
            rest = rest.dropFirst(4 + length)
        }
        guard elements.count == count else {
            throw RequestError(.badRequest, "The input has \(elements.count) elements, and its shape says \(count)")
        }
        return elements
    }

    private func pixels(
        _ input: TensorRequest.Input, _ binary: ArraySlice<UInt8>?, _ count: Int
    ) throws -> [PictureInput] {
        guard input.shape.count == 4, input.shape[3] == 3 else { throw wrongShape(input, "[N, height, width, 3]") }
        let (height, width) = (input.shape[1], input.shape[2])
        let (area, overflows) = height.multipliedReportingOverflow(by: width)
        guard !overflows, area <= limits.pixels, max(height, width) <= limits.side else {
            throw RequestError(
                .contentTooLarge, "The pictures have more than \(limits.pixels) pixels, which is the limit")
        }
        let bytes: [UInt8]
        if let binary {
            bytes = Array(binary)
        } else if case .numbers(let numbers) = input.data {
            bytes = try numbers.map {
                guard let byte = UInt8(exactly: $0) else {
                    throw RequestError(.badRequest, "A number of 'pixels' is not a whole one from 0 to 255")
                }
                return byte
            }
        } else {
            throw wrongCount(input, count)
        }
        let each = area * 3
        guard bytes.count / count == each, bytes.count % count == 0 else { throw wrongCount(input, count * each) }
        return (0..<count).map {
            .image(RGBImage(width: width, height: height, pixels: Array(bytes[$0 * each..<($0 + 1) * each])))
        }
    }

    private func values(
        _ input: TensorRequest.Input, _ binary: ArraySlice<UInt8>?, _ count: Int
    ) throws -> [PictureInput] {
        guard input.shape == [count, preprocessing.height, preprocessing.width, 3] else {
            throw wrongShape(input, "[N, \(preprocessing.height), \(preprocessing.width), 3]")
        }
        let each = preprocessing.valueCount
        let numbers: [Float]
        if let binary {
            guard binary.count == count * each * 4 else { throw wrongCount(input, count * each) }
            numbers = binary.withUnsafeBytes { bytes in
                (0..<count * each).map {
                    Float(
                        bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)))
                }
            }
        } else if case .numbers(let given) = input.data, given.count == count * each {
            numbers = given
        } else {
            throw wrongCount(input, count * each)
        }
        return (0..<count).map { .values(Array(numbers[$0 * each..<($0 + 1) * each])) }
    }

    private func wrongShape(_ input: TensorRequest.Input, _ wanted: String) -> RequestError {
        RequestError(.badRequest, "The input '\(input.name)' has the shape \(input.shape); it must be \(wanted)")
    }

    private func wrongCount(_ input: TensorRequest.Input, _ wanted: Int) -> RequestError {
        RequestError(.badRequest, "The input '\(input.name)' must have \(wanted) elements of its type")
    }
}
