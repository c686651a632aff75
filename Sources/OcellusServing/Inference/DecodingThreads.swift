import Ocellus
import OcellusData

/// The threads that turn files into the network's input. They run ahead of the device by a fixed number of pictures, so that
/// what is decoded takes bounded memory.
final class DecodingThreads: @unchecked Sendable {  // What changes does so with the monitor held.
    private let monitor = Monitor()
    private let limits: DecodingLimits
    private let onDecoded: @Sendable (InferenceJob, InferenceError?) -> Void
    private var waiting: [InferenceJob] = []
    private var tasks: [@Sendable () -> Void] = []
    /// How many more may be decoded before the device takes some.
    private var permits: Int
    private var isStopping = false

    /// - Throws: `HTTPServiceError` when the system grants no thread.
    init(
        count: Int, ahead: Int, limits: DecodingLimits,
        onDecoded: @escaping @Sendable (InferenceJob, InferenceError?) -> Void
    ) throws {
        self.limits = limits
        self.onDecoded = onDecoded
        permits = max(ahead, count)
        let started = (0..<max(1, count)).compactMap { _ in WorkerThread { [self] in work() } }
        guard !started.isEmpty else { throw HTTPServiceError("the system grants no thread to decode pictures on") }
    }

    func add(_ job: InferenceJob) {
        monitor.withLock { waiting.append(job) }
        monitor.signal()
    }

    func add(_ task: @escaping @Sendable () -> Void) {
        monitor.withLock { tasks.append(task) }
        monitor.signal()
    }

    /// The device has taken so many of the pictures that were decoded.
    func release(_ count: Int) {
        monitor.withLock { permits += count }
        for _ in 0..<count { monitor.signal() }
    }

    func stop() {
        monitor.withLock { isStopping = true }
        monitor.broadcast()
    }

    private enum Work {
        case job(InferenceJob)
        case task(@Sendable () -> Void)
    }

    private func work() {
        while let work = next() {
            switch work {
            case .task(let task): task()
            case .job(let job):
                let error = decode(job)
                if error != nil { release(1) }
                onDecoded(job, error)
            }
        }
    }

    private func next() -> Work? {
        monitor.withLock {
            while true {
                if !tasks.isEmpty { return .task(tasks.removeFirst()) }
                if !waiting.isEmpty, permits > 0 {
                    permits -= 1
                    return .job(waiting.removeFirst())
                }
                if isStopping, waiting.isEmpty { return nil }
                monitor.wait()
            }
        }
    }

    private func decode(_ job: InferenceJob) -> InferenceError? {
        guard job.isWanted() else { return .abandoned }
        let start = ContinuousClock.now
        do throws(ImageError) {
            let image: RGBImage
            switch job.input {
            case .encoded(let bytes): image = try RGBImage.decode(bytes, name: "The file", limits: limits)
            case .image(let pixels): image = pixels
            case .values: return nil
            }
            job.input = .values(job.model.model.preprocessing(image))
        } catch {
            return .picture(error)
        }
        job.model.metrics.decoded(in: .now - start)
        return nil
    }
}
