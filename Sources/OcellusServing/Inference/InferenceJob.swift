import Synchronization

/// One picture on its way through decoding and the device. One thread has it at a time.
final class InferenceJob: @unchecked Sendable {
    let model: LoadedModel
    /// Whether the client still waits for it.
    let isWanted: @Sendable () -> Bool
    var input: PictureInput
    var readyAt = ContinuousClock.now
    private let place: Int
    private let request: InferenceRequest

    init(
        _ input: PictureInput, _ model: LoadedModel, isWanted: @escaping @Sendable () -> Bool,
        place: Int, of request: InferenceRequest
    ) {
        self.input = input
        self.model = model
        self.isWanted = isWanted
        self.place = place
        self.request = request
    }

    func finish(_ result: InferenceResult) { request.finish(place, result) }
}

/// The pictures that were asked for together.
final class InferenceRequest: Sendable {
    private struct State {
        var results: [InferenceResult?]
        var missing: Int
        var continuation: CheckedContinuation<[InferenceResult], Never>?
    }

    private let state: Mutex<State>

    init(count: Int, _ continuation: CheckedContinuation<[InferenceResult], Never>) {
        state = Mutex(State(results: Array(repeating: nil, count: count), missing: count, continuation: continuation))
    }

    func finish(_ place: Int, _ result: InferenceResult) {
        let whole: (CheckedContinuation<[InferenceResult], Never>, [InferenceResult])? = state.withLock { state in
            if state.results[place] == nil { state.missing -= 1 }
            state.results[place] = result
            guard state.missing == 0, let continuation = state.continuation else { return nil }
            state.continuation = nil
            return (continuation, state.results.compactMap(\.self))
        }
        if let (continuation, results) = whole { continuation.resume(returning: results) }
    }
}
