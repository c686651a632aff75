import OcellusCPU
import OcellusGraph
import OcellusNetworks
import OcellusOpenCL
import OcellusTraining

/// Tunes a device's kernels for networks: all that `ocellus tune` does, but for what it shows.
public struct TuningJob {
    /// What is tuned.
    public let backend: OpenCLBackend
    private let threads: Int?

    /// Finds and checks the device.
    /// - Parameter precision: in what numbers the kernels compute that are tuned.
    /// - Throws: `BackendError` when there is no such OpenCL device, or it computes wrongly.
    public init(
        _ request: DeviceRequest = .openCL(name: nil), threads: Int? = nil, memoryLimit: ByteCount? = nil,
        precision: Precision = .fp32, willCheck: (String) -> Void = { _ in }
    ) throws {
        let chosen = try ChosenDevice(
            request, threads: threads, memoryLimit: memoryLimit, precision: precision, tuning: .off,
            willCheck: willCheck)
        guard let backend = chosen.backend as? OpenCLBackend else {
            throw BackendError("'\(request)' is no OpenCL device, and only those are tuned (\(chosen.reason))")
        }
        self.backend = backend
        self.threads = threads
    }

    /// What is kept for the device.
    public var kept: TunedKernels { .kept(for: backend.openCLDevice) }

    /// Takes the entries of a file that `TunedKernels.export` wrote.
    /// - Returns: how many were new.
    /// - Throws: `ModelError`.
    public func importing(_ path: String) throws -> Int {
        try TunedKernels.importing(path, for: backend.openCLDevice)
    }

    /// Tries all that is worth it for a network's steps, and keeps what it finds operation by operation.
    ///
    /// - Parameters:
    ///   - seconds: after how long to stop; nil for when all was tried.
    ///   - isRepeated: whether to look again for what was tuned thoroughly before.
    ///   - report: told what happens.
    ///   - shouldStop: asked between candidates.
    /// - Returns: what was found, by key.
    /// - Throws: `GraphError`; whatever keeps results from being written.
    public func tune(
        _ network: Network, modes: [StepBenchmark.Mode] = StepBenchmark.Mode.allCases, batch: Int = 32,
        seconds: Double? = nil, isRepeated: Bool = false, report: @escaping (KernelTuner.Event) -> Void = { _ in },
        shouldStop: () -> Bool = { false }
    ) throws -> [String: TunedKernels.Entry] {
        let graphs = try modes.map { try PlannedGraph.steps(network, $0, batch: batch, on: backend) }
        let device = backend.openCLDevice
        let kernels = TunedKernels.keptAfterTrials(for: device)
        var failure: (any Error)?
        let tuner = KernelTuner(
            backend, against: try CPUBackend(threads: threads), effort: .thorough, seconds: seconds,
            faulty: kernels.faulty, takesNotes: true
        ) { event in
            if case .found(let key, let entry) = event, entry.milliseconds != nil {
                do { try TunedKernels.keep([key: entry], for: device) } catch { failure = error }
            }
            report(event)
        }
        let found = tuner.tune(graphs, known: isRepeated ? [:] : kernels.entries) { failure != nil || shouldStop() }
        if let failure { throw failure }
        return found
    }
}
