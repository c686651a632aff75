import Ocellus
import OcellusData
import Synchronization

/// The one thread that uses the device: it prepares models, and runs their pictures in batches.
///
/// A batch is what is ready when the device is free. Only while others of the same model are being decoded does what is ready
/// wait for them, and not for long: one that is alone starts at once.
final class DeviceThread: @unchecked Sendable {
    // What changes does so with the monitor held; `onTaken` is set before the thread starts.

    private let monitor = Monitor()
    private let backend: any Backend
    private let maximumBatch: Int
    private let maximumDelay: Duration
    var onTaken: @Sendable (Int) -> Void = { _ in }
    private var tasks: [@Sendable () -> Void] = []
    /// Models with pictures that are ready.
    private var models: [LoadedModel] = []
    private var isStopping = false
    private let failed = Atomic(false)
    /// Whether the last batch failed.
    var hasFailed: Bool { failed.load(ordering: .relaxed) }

    init(_ backend: any Backend, maximumBatch: Int, maximumDelay: Duration) {
        self.backend = backend
        self.maximumBatch = max(1, maximumBatch)
        self.maximumDelay = maximumDelay
    }

    /// - Throws: `HTTPServiceError` when the system grants no thread.
    func start() throws {
        guard WorkerThread({ [self] in work() }) != nil else {
            throw HTTPServiceError("the system grants no thread to run models on")
        }
    }

    func stop() {
        monitor.withLock { isStopping = true }
        monitor.broadcast()
    }

    /// Runs `body` with the device.
    func run<Value: Sendable>(_ body: @escaping @Sendable (any Backend) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            monitor.withLock {
                tasks.append { [backend] in continuation.resume(with: Result { try body(backend) }) }
            }
            monitor.broadcast()
        }
    }

    /// These will come.
    func expect(_ jobs: [InferenceJob]) {
        monitor.withLock { for job in jobs { job.model.pending += 1 } }
    }

    /// One that was expected can run, or never will.
    func decoded(_ job: InferenceJob, _ error: InferenceError?) {
        let model = job.model
        monitor.withLock {
            model.pending -= 1
            guard error == nil else { return }
            job.readyAt = .now
            if model.ready.isEmpty { models.append(model) }
            model.ready.append(job)
        }
        monitor.broadcast()
        if let error { job.finish(.failure(error)) }
    }

    private enum Work {
        case task(@Sendable () -> Void)
        case batch(LoadedModel, [InferenceJob])
    }

    private func work() {
        while let work = next() {
            switch work {
            case .task(let task): task()
            case .batch(let model, let jobs): run(jobs, model)
            }
        }
    }

    private func next() -> Work? {
        monitor.withLock {
            while true {
                if !tasks.isEmpty { return .task(tasks.removeFirst()) }
                let now = ContinuousClock.now
                var wait: Duration?
                for (place, model) in models.enumerated() {
                    let age = now - (model.ready.first?.readyAt ?? now)
                    if model.ready.count >= maximumBatch || model.pending == 0 || age >= maximumDelay {
                        return take(place)
                    }
                    wait = min(wait ?? maximumDelay, maximumDelay - age)
                }
                if isStopping, models.isEmpty { return nil }
                if let wait { monitor.wait(atMost: wait) } else { monitor.wait() }
            }
        }
    }

    /// The oldest of a model's pictures. The model then comes after the others.
    private func take(_ place: Int) -> Work {
        let model = models.remove(at: place)
        let jobs = Array(model.ready.prefix(maximumBatch))
        model.ready.removeFirst(jobs.count)
        if !model.ready.isEmpty { models.append(model) }
        return .batch(model, jobs)
    }

    private func run(_ jobs: [InferenceJob], _ model: LoadedModel) {
        let start = ContinuousClock.now
        var inputs: [[Float]] = []
        for job in jobs {
            guard case .values(let values) = job.input else { continue }
            inputs.append(values)
            model.metrics.waited(start - job.readyAt)
        }
        onTaken(jobs.count)
        let results = Result { try model.predictor.probabilities(ofInputs: inputs) }
        model.metrics.ran(jobs.count, in: .now - start)
        failed.store((try? results.get()) == nil, ordering: .relaxed)
        switch results {
        case .success(let results): for (job, result) in zip(jobs, results) { job.finish(.success(result)) }
        case .failure(let error): for job in jobs { job.finish(.failure(.device(error))) }
        }
    }
}
