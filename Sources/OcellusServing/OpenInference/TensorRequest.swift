import FoundationEssentials

/// The JSON of an Open Inference Protocol request (version 2).
struct TensorRequest: Decodable {
    struct Input: Decodable {
        var name: String
        var shape: [Int]
        var datatype: String
        var parameters: TensorParameters?
        var data: TensorData?
    }

    struct Output: Decodable {
        var name: String
        var parameters: TensorParameters?
    }

    var id: String?
    var parameters: TensorParameters?
    var inputs: [Input]
    var outputs: [Output]?
}

/// The parameters that mean something here; others are read over.
struct TensorParameters: Decodable {
    /// Triton's extension for binary tensors: how many bytes an input has behind the JSON.
    var binaryDataSize: Int?
    /// Whether an output is wanted behind the JSON.
    var binaryData: Bool?
    /// Whether all outputs are.
    var binaryDataOutput: Bool?
    /// Triton's extension for classification: how many of the best are wanted, as `value:index:label`.
    var classification: Int?

    private enum CodingKeys: String, CodingKey {
        case binaryDataSize = "binary_data_size"
        case binaryData = "binary_data"
        case binaryDataOutput = "binary_data_output"
        case classification
    }
}

/// The elements of a tensor, in order, however deep the lists are in which they come.
enum TensorData: Decodable {
    case numbers([Float])
    case texts([String])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let numbers = try? container.decode([Float].self) {
            self = .numbers(numbers)
        } else if let texts = try? container.decode([String].self) {
            self = .texts(texts)
        } else {
            var numbers: [Float] = []
            for part in try container.decode([TensorData].self) {
                guard case .numbers(let more) = part else {
                    throw DecodingError.dataCorruptedError(
                        in: container, debugDescription: "a list of lists of numbers")
                }
                numbers += more
            }
            self = .numbers(numbers)
        }
    }
}

/// A request with its tensors in Triton's binary form behind the JSON, if it has any.
struct TensorMessage {
    var request: TensorRequest
    private let body: [UInt8]
    private var offset: Int

    /// - Parameter jsonCount: what the header `Inference-Header-Content-Length` says; nil when all is JSON.
    /// - Throws: `RequestError` 400.
    init(_ body: [UInt8], jsonCount: Int?) throws {
        let count = jsonCount ?? body.count
        guard 0...body.count ~= count else {
            throw RequestError(.badRequest, "Inference-Header-Content-Length is more than the body has")
        }
        do {
            request = try JSONDecoder().decode(TensorRequest.self, from: Data(body[..<count]))
        } catch {
            throw RequestError(.badRequest, "The body is not a request of the Open Inference Protocol")
        }
        self.body = body
        offset = count
    }

    /// The next tensor's bytes; tensors follow each other in the order of the inputs.
    /// - Throws: `RequestError` 400.
    mutating func takeBinary(_ count: Int, of name: String) throws -> ArraySlice<UInt8> {
        guard count >= 0, count <= body.count - offset else {
            throw RequestError(.badRequest, "The input '\(name)' has fewer bytes than its binary_data_size says")
        }
        defer { offset += count }
        return body[offset..<offset + count]
    }
}
