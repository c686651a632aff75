import HTTPTypes
import Ocellus

/// `POST /predict`: the guide's service's contract, and more than it.
struct PredictRoute: Sendable {
    let engine: InferenceEngine
    let models: ModelStore
    /// Below this probability a picture is rejected; nil for never.
    let rejectBelow: Float?
    let review: ReviewFolder?
    let maximumCount: Int

    func respond(_ request: ServiceRequest) async throws -> ServiceResponse {
        let top = try Self.top(of: request)
        let model = try models.model(named: request.query("model"))
        let pictures = try await PicturesOfRequest.read(request, maximumCount: maximumCount, offload: engine)
        let results = try await engine.classify(
            pictures.files.map { .encoded($0.bytes) }, with: model, isWanted: request.isWanted)
        if !pictures.isList {
            return try .json(try answer(results[0], pictures.files[0], model, top, isNamed: false))
        }
        var answers: [PictureAnswer] = []
        for (file, result) in zip(pictures.files, results) {
            do {
                answers.append(.prediction(try answer(result, file, model, top, isNamed: true)))
            } catch let error as RequestError where error.status.code < 500 {
                answers.append(.failure(filename: file.name.isEmpty ? nil : file.name, error: error.message))
            }
        }
        let isAnyRead = answers.contains { if case .prediction = $0 { true } else { false } }
        return try .json(
            PictureAnswers(predictions: answers, error: isAnyRead ? nil : "No picture could be read"),
            status: isAnyRead ? .ok : .badRequest)
    }

    private func answer(
        _ result: InferenceResult, _ file: UploadedFile, _ model: LoadedModel, _ top: Int?, isNamed: Bool
    ) throws -> PredictionAnswer {
        let probabilities = try Self.probabilities(result, model)
        let prediction = Prediction(probabilities: probabilities, classes: model.model.classes, top: top ?? 1)
        let isRejected = rejectBelow.map { !(prediction.confidence >= $0) } ?? false
        if isRejected {
            model.metrics.rejected()
            review?.keep(file.bytes, prediction)
        } else {
            model.metrics.predicted(probabilities)
        }
        return PredictionAnswer(
            filename: isNamed && !file.name.isEmpty ? file.name : nil, name: isRejected ? nil : prediction.name,
            confidence: prediction.confidence, isRejected: isRejected, top: top == nil ? nil : prediction.top)
    }

    /// - Throws: `RequestError` 400, 413 or 415 for what is wrong with a picture; the device's error.
    static func probabilities(_ result: InferenceResult, _ model: LoadedModel) throws -> [Float] {
        switch result {
        case .success(let probabilities): return probabilities
        case .failure(.picture(let error)):
            model.metrics.couldNotRead()
            let status: HTTPResponse.Status =
                switch error.reason {
                case .notAPicture, .unsupportedFormat, .codecMissing: .unsupportedMediaType
                case .tooLarge: .contentTooLarge
                default: .badRequest
                }
            throw RequestError(status, error.description)
        case .failure(.abandoned): throw RequestError(.badRequest, "The client has gone")
        case .failure(.device(let error)): throw error
        }
    }

    private static func top(of request: ServiceRequest) throws -> Int? {
        guard let text = request.query("top") else { return nil }
        guard let top = Int(text), top >= 1 else {
            throw RequestError(.badRequest, "'top' must be a whole number of 1 or more")
        }
        return top
    }
}
