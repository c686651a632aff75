import Ocellus

/// One output of an answer, and its bytes when they come behind the JSON.
struct TensorOutput {
    enum Elements {
        case numbers([Float])
        case texts([String])
    }

    let name: String
    let shape: [Int]
    let elements: Elements
    let isBinary: Bool

    /// Little-endian; texts each with their length before them.
    var bytes: [UInt8] {
        func little(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
        switch elements {
        case .numbers(let numbers): return numbers.flatMap { little($0.bitPattern) }
        case .texts(let texts): return texts.flatMap { little(UInt32($0.utf8.count)) + Array($0.utf8) }
        }
    }
}

extension TensorOutput: Encodable {
    private enum Key: String, CodingKey { case name, shape, datatype, data, parameters }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(name, forKey: .name)
        try container.encode(shape, forKey: .shape)
        switch elements {
        case .numbers(let numbers):
            try container.encode("FP32", forKey: .datatype)
            if !isBinary { try container.encode(numbers, forKey: .data) }
        case .texts(let texts):
            try container.encode("BYTES", forKey: .datatype)
            if !isBinary { try container.encode(texts, forKey: .data) }
        }
        if isBinary { try container.encode(["binary_data_size": bytes.count], forKey: .parameters) }
    }
}

/// The answer to an Open Inference Protocol request.
struct TensorAnswer: Encodable {
    var modelName: String
    var modelVersion: String
    var id: String?
    var outputs: [TensorOutput]

    private enum CodingKeys: String, CodingKey {
        case modelName = "model_name"
        case modelVersion = "model_version"
        case id, outputs
    }

    init(_ request: TensorRequest, _ model: LoadedModel, _ probabilities: [[Float]]) throws {
        modelName = model.name
        modelVersion = String(model.version)
        id = request.id
        let classes = model.model.classes
        let isBinary = request.parameters?.binaryDataOutput ?? false
        let wanted = request.outputs ?? ["probabilities", "class"].map { TensorRequest.Output(name: $0) }
        outputs = try wanted.map { output in
            let isBinary = output.parameters?.binaryData ?? isBinary
            switch (output.name, output.parameters?.classification) {
            case ("probabilities", nil):
                return TensorOutput(
                    name: output.name, shape: [probabilities.count, classes.count],
                    elements: .numbers(probabilities.flatMap(\.self)), isBinary: isBinary)
            case ("probabilities", let top?):
                guard top >= 1 else { throw RequestError(.badRequest, "'classification' must be 1 or more") }
                return TensorOutput(
                    name: output.name, shape: [probabilities.count, min(top, classes.count)],
                    elements: .texts(probabilities.flatMap { Self.best($0, classes, top) }), isBinary: isBinary)
            case ("class", nil):
                return TensorOutput(
                    name: output.name, shape: [probabilities.count],
                    elements: .texts(
                        probabilities.map { Prediction(probabilities: $0, classes: classes, top: 1).name }),
                    isBinary: isBinary)
            default:
                throw RequestError(
                    .badRequest,
                    "There is no such output '\(output.name)'; there are 'probabilities', with 'classification' if wanted, and "
                        + "'class'")
            }
        }
    }

    /// The likeliest classes as Triton writes them: `0.912000:2:bolt`.
    private static func best(_ probabilities: [Float], _ classes: [String], _ top: Int) -> [String] {
        probabilities.indices.sorted { (probabilities[$1], $0) < (probabilities[$0], $1) }.prefix(top).map {
            "\(probabilities[$0]):\($0):\(classes[$0])"
        }
    }

    /// The answer as it is sent.
    func response() throws -> ServiceResponse {
        let json = try JSONText.encode(self)
        guard outputs.contains(where: \.isBinary) else {
            return ServiceResponse(body: json, type: "application/json")
        }
        var response = ServiceResponse(
            body: json + outputs.filter(\.isBinary).flatMap(\.bytes), type: "application/octet-stream")
        if let field = OpenInferenceRoutes.headerLength { response.headers[field] = String(json.count) }
        return response
    }
}
