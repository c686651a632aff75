import Ocellus
import Synchronization

/// Classifies pictures: threads of our own decode them, and one more runs them on the device in batches. All models of a
/// service share it. Nothing in here runs on Swift's own threads or on those of the network.
final class InferenceEngine: Sendable {
    private let options: InferenceOptions
    private let decoding: DecodingThreads
    private let device: DeviceThread
    private let inside = Atomic<Int>(0)
    private let metrics: ServingMetrics

    init(backend: any Backend, options: InferenceOptions, metrics: ServingMetrics) throws {
        self.options = options
        self.metrics = metrics
        let device = DeviceThread(
            backend, maximumBatch: options.maximumBatch, maximumDelay: options.maximumDelay)
        self.device = device
        decoding = try DecodingThreads(
            count: options.decoders ?? availableCores(), ahead: 2 * options.maximumBatch, limits: options.pictures
        ) { job, error in device.decoded(job, error) }
        device.onTaken = { [weak decoding] in decoding?.release($0) }
        try device.start()
    }

    deinit { stop() }

    /// Lets the threads end once nothing waits.
    func stop() {
        decoding.stop()
        device.stop()
    }

    /// Puts a model on the device.
    /// - Parameter isWarm: whether it has run a whole batch, too, before anyone waits for one. A service that starts does that
    ///   once it listens.
    /// - Throws: `GraphError`, `ModelError`, `BackendError`.
    func prepare(_ model: Model, name: String, version: Int, isWarm: Bool) async throws -> LoadedModel {
        let metrics = ModelMetrics(metrics, model: name, classes: model.classes)
        let loaded = try await device.run { [options] backend in
            let predictor = try Predictor(model, backend: backend, capacity: options.maximumBatch)
            try Self.run(1, on: predictor)
            return LoadedModel(name: name, version: version, predictor: predictor, metrics: metrics)
        }
        if isWarm { try await warm(loaded) }
        return loaded
    }

    /// Runs a whole batch, so that memory is touched, and kernels are ready, before anyone waits for them.
    func warm(_ model: LoadedModel) async throws {
        guard options.maximumBatch > 1 else { return }
        try await device.run { [options] _ in try Self.run(options.maximumBatch, on: model.predictor) }
    }

    private static func run(_ count: Int, on predictor: Predictor) throws {
        let blank = [Float](repeating: 0, count: predictor.model.preprocessing.valueCount)
        _ = try predictor.probabilities(ofInputs: Array(repeating: blank, count: count))
    }

    /// What pictures show.
    ///
    /// - Parameter isWanted: whether anyone still waits for it; asked before work on a picture begins.
    /// - Returns: a result for each input, in their order.
    /// - Throws: `RequestError` 503 at once when there is no room for them, 413 when there never is.
    func classify(
        _ inputs: [PictureInput], with model: LoadedModel, isWanted: @escaping @Sendable () -> Bool
    ) async throws -> [InferenceResult] {
        guard !inputs.isEmpty else { return [] }
        guard inputs.count <= options.queueLength else {
            throw RequestError(.contentTooLarge, "More than \(options.queueLength) pictures, which is the limit")
        }
        let count = inside.wrappingAdd(inputs.count, ordering: .relaxed).newValue
        defer {
            metrics.setQueueLength(inside.wrappingSubtract(inputs.count, ordering: .relaxed).newValue)
        }
        guard count <= options.queueLength else {
            metrics.refused()
            throw RequestError(.serviceUnavailable, "Too many pictures are waiting", headers: [.retryAfter: "1"])
        }
        metrics.setQueueLength(count)
        return await withCheckedContinuation { continuation in
            let request = InferenceRequest(count: inputs.count, continuation)
            let jobs = inputs.enumerated().map {
                InferenceJob($1, model, isWanted: isWanted, place: $0, of: request)
            }
            device.expect(jobs)
            for job in jobs {
                if case .values = job.input { device.decoded(job, nil) } else { decoding.add(job) }
            }
        }
    }

    /// Whether the device computes: after a failure it is tried anew.
    func isWorking(_ model: LoadedModel) async -> Bool {
        guard device.hasFailed else { return true }
        let blank = [Float](repeating: 0, count: model.model.preprocessing.valueCount)
        let results = try? await classify([.values(blank)], with: model, isWanted: { true })
        if case .success? = results?.first { return true }
        return false
    }

    /// Runs work that would hold up Swift's threads, as the reading of much JSON, where pictures are decoded.
    func offload<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            decoding.add { continuation.resume(with: Result(catching: body)) }
        }
    }
}
