import HTTPTypes
import Ocellus

/// The Open Inference Protocol, version 2, over HTTP, as KServe and Triton speak it, with Triton's extensions for binary tensors
/// and classification.
struct OpenInferenceRoutes: Sendable {
    let engine: InferenceEngine
    let models: ModelStore
    let limits: DecodingLimits
    let maximumCount: Int

    static let headerLength = HTTPField.Name("Inference-Header-Content-Length")

    /// - Parameter guarded: lets those with a key through.
    func add(to routes: inout Routes, guarded: (@escaping Routes.Handler) -> Routes.Handler) {
        routes.on(.get, "/v2/health/live") { _ in try .json(["live": true]) }
        routes.on(.get, "/v2/health/ready") { _ in
            let isReady = await engine.isWorking(try models.model(named: nil))
            return try .json(["ready": isReady], status: isReady ? .ok : .serviceUnavailable)
        }
        routes.on(.get, "/v2", guarded { _ in try .json(ServerMetadata()) })
        for path in ["/v2/models/:name", "/v2/models/:name/versions/:version"] {
            routes.on(.get, path, guarded { try .json(ModelMetadata(try model(of: $0))) })
            routes.on(
                .get, path + "/ready",
                guarded { request in
                    let model = try model(of: request)
                    return try .json(ModelReadiness(name: model.name, ready: true))
                })
            routes.on(.post, path + "/infer", guarded { try await infer($0) })
        }
    }

    private func model(of request: ServiceRequest) throws -> LoadedModel {
        let model = try models.model(named: request.parameters["name"])
        if let version = request.parameters["version"], version != String(model.version) {
            throw RequestError(.notFound, "There is no such version; version \(model.version) serves")
        }
        return model
    }

    private func infer(_ request: ServiceRequest) async throws -> ServiceResponse {
        let model = try model(of: request)
        if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" {
            throw RequestError(.unsupportedMediaType, "The body's encoding is not supported; send it as it is")
        }
        let length = Self.headerLength.flatMap { request.headers[$0] }
        let jsonCount = length.map { Int($0) ?? -1 }
        let body = try await request.body()
        let inputs = TensorInputs(
            preprocessing: model.model.preprocessing, limits: limits, maximumCount: maximumCount)
        let (message, pictures) = try await engine.offload {
            var message = try TensorMessage(body, jsonCount: jsonCount)
            let pictures = try inputs.pictures(of: &message)
            return (message.request, pictures)
        }
        // What is wrong with the outputs is said before work is done for them.
        _ = try TensorAnswer(message, model, [])
        let results = try await engine.classify(pictures, with: model, isWanted: request.isWanted)
        let probabilities = try results.map { try PredictRoute.probabilities($0, model) }
        if case .values = pictures[0], !probabilities.joined().allSatisfy(\.isFinite) {
            throw RequestError(.badRequest, "The network makes no finite probabilities of such numbers")
        }
        for row in probabilities { model.metrics.predicted(row) }
        return try TensorAnswer(message, model, probabilities).response()
    }
}

private struct ServerMetadata: Encodable {
    let name = "ocellus"
    let version = ocellusVersion
    let extensions = ["binary_tensor_data", "classification"]
}

private struct ModelReadiness: Encodable {
    let name: String
    let ready: Bool
}

/// What a model takes and gives.
///
/// Generic clients send every input that is listed: so that is one, a picture's file, which the service prepares as training
/// does. The others, which can take its place, are listed apart.
private struct ModelMetadata: Encodable {
    struct Tensor: Encodable {
        let name: String
        let datatype: String
        let shape: [Int]
    }

    let name: String
    let versions: [String]
    let platform = "ocellus"
    let inputs: [Tensor]
    let alternativeInputs: [Tensor]
    let outputs: [Tensor]
    let classes: [String]

    private enum CodingKeys: String, CodingKey {
        case name, versions, platform, inputs, outputs, classes
        case alternativeInputs = "alternative_inputs"
    }

    init(_ model: LoadedModel) {
        name = model.name
        versions = [String(model.version)]
        let preprocessing = model.model.preprocessing
        classes = model.model.classes
        inputs = [Tensor(name: "image", datatype: "BYTES", shape: [-1])]
        alternativeInputs = [
            Tensor(name: "pixels", datatype: "UINT8", shape: [-1, -1, -1, 3]),
            Tensor(name: "input", datatype: "FP32", shape: [-1, preprocessing.height, preprocessing.width, 3]),
        ]
        outputs = [
            Tensor(name: "probabilities", datatype: "FP32", shape: [-1, classes.count]),
            Tensor(name: "class", datatype: "BYTES", shape: [-1]),
        ]
    }
}
