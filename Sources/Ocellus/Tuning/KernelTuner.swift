import OcellusGraph
import OcellusOpenCL
import OcellusTraining

/// Tries parameters of kernels on a device, and finds the quickest that compute what the CPU does.
///
/// For each operation it goes along one axis of parameters after the other, each time from the best so far. With little time what
/// was best for the last of its kind will do, where it is better than the usual ones. In the end the best and the usual parameters
/// are timed once more in turn, and where that does not tell them apart the usual ones stay.
public struct KernelTuner {
    /// What happens while it looks.
    public enum Event: Sendable {
        /// It begins with operation `index`, from 0, of `count`.
        case began(key: String, index: Int, count: Int)
        /// Parameters were timed.
        case timed(KernelParameters, milliseconds: Double)
        /// Parameters are not to be used.
        case rejected(KernelParameters, reason: String)
        /// An operation cannot be tuned at all.
        case failed(key: String, reason: String)
        /// What was found for an operation.
        case found(key: String, TunedKernels.Entry)
    }

    private let backend: OpenCLBackend
    private let reference: any Backend
    private let effort: TunedKernels.Effort
    private let limit: Double
    private let faulty: [String: Set<KernelParameters>]
    private let note: TrialNote?
    private let clock = Stopwatch()
    private let report: (Event) -> Void

    /// The part of the usual time that other parameters have to save.
    private static let margin = 0.03
    /// How many values of an axis are tried where there is little time.
    private static let quickValues = 3

    /// A tuner for a device.
    ///
    /// - Parameters:
    ///   - backend: the device, with the choices that make it compute rightly.
    ///   - reference: the CPU.
    ///   - effort: how much is tried.
    ///   - seconds: after how long to stop, whatever has been tried; nil for never.
    ///   - faulty: parameters that are not to be tried, by key.
    ///   - takesNotes: whether what is tried is written down first, so that what ends the process is not tried again.
    ///   - report: told what happens.
    public init(
        _ backend: OpenCLBackend, against reference: any Backend, effort: TunedKernels.Effort, seconds: Double? = nil,
        faulty: [String: Set<KernelParameters>] = [:], takesNotes: Bool = false,
        report: @escaping (Event) -> Void = { _ in }
    ) {
        self.backend = backend
        self.reference = reference
        self.effort = effort
        limit = seconds ?? .infinity
        self.faulty = faulty
        note = takesNotes ? TrialNote(backend.openCLDevice) : nil
        self.report = report
    }

    /// Tunes what graphs are made of, but for what is known from as much effort.
    ///
    /// - Parameter shouldStop: asked between candidates.
    /// - Returns: what was found for each operation, those that there was no time for with the usual parameters.
    public func tune(
        _ graphs: [PlannedGraph], known: [String: TunedKernels.Entry] = [:], shouldStop: () -> Bool = { false }
    ) -> [String: TunedKernels.Entry] {
        let candidates = TunedCandidate.all(of: graphs, on: backend).filter { candidate in
            known[candidate.key].map { !$0.isVerified || $0.effort < effort } ?? true
        }
        var found: [String: TunedKernels.Entry] = [:]
        var shares = TuningShares(candidates.map { ($0.kind, $0.work) })
        // What was last better than the usual for each kind.
        var favourites: [String: KernelParameters] = [:]
        // The time begins when the reference has computed the first, for which it takes long where that is a large product.
        var end = Double.infinity
        for (index, candidate) in candidates.enumerated() where !shouldStop() {
            report(.began(key: candidate.key, index: index, count: candidates.count))
            let share = shares.next()
            var entry = TunedKernels.Entry(effort: effort)
            if clock.seconds < end {
                do {
                    let trial = try trial(candidate)
                    let now = clock.seconds
                    if end == .infinity { end = now + limit }
                    if now < end {
                        let imported = known[candidate.key].flatMap { $0.isVerified ? nil : $0.parameters }
                        entry = try tune(
                            candidate, by: trial, imported: imported,
                            favourite: effort == .quick ? favourites[candidate.kind] : nil,
                            until: end == .infinity ? .infinity : now + (end - now) * share, shouldStop)
                        if entry.parameters != KernelParameters() { favourites[candidate.kind] = entry.parameters }
                    }
                } catch {
                    report(.failed(key: candidate.key, reason: "\(error)"))
                }
            }
            found[candidate.key] = entry
            report(.found(key: candidate.key, entry))
        }
        return found
    }

    private func trial(_ candidate: TunedCandidate) throws -> OperationTrial {
        try OperationTrial(
            candidate.operation, inputs: candidate.inputs, outputs: candidate.outputs, capacity: candidate.capacity,
            isInference: candidate.isInference, label: candidate.layer, on: backend, against: reference)
    }

    private func tune(
        _ candidate: TunedCandidate, by trial: OperationTrial, imported: KernelParameters?,
        favourite: KernelParameters?, until deadline: Double, _ shouldStop: () -> Bool
    ) throws -> TunedKernels.Entry {
        // Choices by the operation's name, as for kernels that failed the device's check, hold for what is usual here.
        var usual = KernelParameters()
        usual.family = backend.choices.families[candidate.operation.name]
        guard let usualResult = run(trial, candidate.key, usual, toBeat: .infinity) else {
            throw BackendError("its usual kernels do not compute rightly")
        }
        var best = (parameters: usual, result: usualResult)
        func consider(_ parameters: KernelParameters) {
            guard parameters != best.parameters, parameters != usual,
                let result = run(trial, candidate.key, parameters, toBeat: best.result.seconds),
                result.seconds < (1 - Self.margin) * best.result.seconds
            else { return }
            best = (parameters, result)
        }
        if let imported { consider(usual.replacing(with: imported)) }
        if let favourite { consider(usual.replacing(with: favourite)) }
        if effort == .thorough || imported == nil && best.parameters == usual {
            search(candidate, from: usual, { best.parameters }, consider, until: deadline, shouldStop)
            let other = (usual.family ?? backend.kernelFamily).other
            // The other family is for other devices; but who knows. A family that failed the device's check is not tried.
            if effort == .thorough, usual.family == nil, !shouldStop() {
                let start = KernelParameters(family: other)
                consider(start)
                if best.parameters == start {
                    search(candidate, from: start, { best.parameters }, consider, until: deadline, shouldStop)
                }
            }
        }
        if best.parameters != usual {
            let again = [usual, best.parameters, usual, best.parameters].map {
                run(trial, candidate.key, $0, toBeat: .infinity)?.seconds ?? .infinity
            }
            let (usualSeconds, seconds) = (min(again[0], again[2]), min(again[1], again[3]))
            if seconds < (1 - Self.margin) * usualSeconds {
                return entry(best.parameters, seconds, usualSeconds, best.result.error)
            }
        }
        return entry(usual, usualResult.seconds, usualResult.seconds, usualResult.error)
    }

    private func entry(
        _ parameters: KernelParameters, _ seconds: Double, _ usualSeconds: Double, _ error: Double
    ) -> TunedKernels.Entry {
        TunedKernels.Entry(
            parameters: parameters, milliseconds: seconds * 1e3, usualMilliseconds: usualSeconds * 1e3, error: error,
            effort: effort)
    }

    /// Hands each axis' values to `consider`, on top of what was best before the axis.
    private func search(
        _ candidate: TunedCandidate, from start: KernelParameters, _ best: () -> KernelParameters,
        _ consider: (KernelParameters) -> Void, until deadline: Double, _ shouldStop: () -> Bool
    ) {
        let axes = candidate.operation.tuningAxes(
            on: backend.forcing(start), inputs: candidate.inputs, outputs: candidate.outputs)
        for axis in axes {
            let base = best()
            for values in effort == .quick ? Array(axis.prefix(Self.quickValues)) : axis {
                guard clock.seconds < deadline, !shouldStop() else { return }
                consider(base.replacing(with: values))
            }
        }
    }

    private func run(
        _ trial: OperationTrial, _ key: String, _ parameters: KernelParameters, toBeat best: Double
    ) -> OperationTrial.Result? {
        if faulty[key]?.contains(parameters) == true {
            report(.rejected(parameters, reason: "the process ended while it was tried"))
            return nil
        }
        note?.begin(key, parameters)
        defer { note?.end() }
        do {
            let result = try trial.run(on: backend.forcing(parameters), toBeat: best) { clock.seconds }
            report(.timed(parameters, milliseconds: result.seconds * 1e3))
            return result
        } catch {
            report(.rejected(parameters, reason: "\(error)"))
            return nil
        }
    }
}

/// An operation that can be tuned, as a graph has it.
struct TunedCandidate {
    let key: String
    /// What operations have in common for which the same parameters may be best.
    let kind: String
    let operation: any TunableOperation
    let inputs, outputs: [TensorDescription]
    let capacity: Int
    let isInference: Bool
    let layer: String
    /// Floating-point operations at the whole batch.
    let work: Double

    /// Those of graphs, each once, the most work first.
    static func all(of graphs: [PlannedGraph], on backend: any Backend) -> [TunedCandidate] {
        var seen: Set<String> = []
        return graphs.flatMap { planned in
            var graph = planned.graph
            graph.removeUnused()
            graph.storeActivations(as: backend.precision.storage, where: backend.supports)
            return graph.nodes.compactMap { node -> TunedCandidate? in
                let (inputs, outputs) = graph.descriptions(of: node)
                guard let operation = node.operation as? any TunableOperation,
                    backend.supports(operation, inputs: inputs, outputs: outputs)
                else { return nil }
                let key = TuningKey(
                    operation, inputs: inputs, outputs: outputs, capacity: planned.capacity,
                    precision: backend.precision
                ).text
                guard seen.insert(key).inserted else { return nil }
                let cost = operation.cost(inputs: inputs, outputs: outputs, samples: planned.capacity)
                // Depthwise convolutions have other axes than the rest.
                let axes = (backend as? OpenCLBackend).map {
                    operation.tuningAxes(on: $0, inputs: inputs, outputs: outputs).count
                }
                return TunedCandidate(
                    key: key, kind: "\(operation.name) \(axes ?? 0)", operation: operation, inputs: inputs,
                    outputs: outputs, capacity: planned.capacity,
                    isInference: planned.isInference, layer: node.layer, work: Double(cost.flops))
            }
        }.sorted { $0.work > $1.work }
    }
}
