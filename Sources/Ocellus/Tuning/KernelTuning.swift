import OcellusCPU
import OcellusGraph
import OcellusOpenCL
import OcellusTraining

/// What is done to have an OpenCL device run a network with quick kernels.
public enum KernelTuning: String, Sendable, CaseIterable {
    /// Try kernels for some seconds when a network is first run on a device, and keep what was found.
    case quick
    /// Take what is kept.
    case kept
    /// Take the usual kernels.
    case off

    /// The most seconds of a quick tuning of so many operations: some for kernels to be compiled, and for each to be timed.
    public static func quickSeconds(operations count: Int) -> Double { 5 + 0.25 * Double(count) }
}

extension ChosenDevice {
    /// The same devices with other choices of kernels; those that are not like the first have the usual ones.
    func choosing(_ change: (inout KernelChoices) -> Void) -> ChosenDevice {
        let changed = backends.map { backend -> any Backend in
            guard let openCL = backend as? OpenCLBackend else { return backend }
            var choices = openCL.choices
            if openCL.device.computesAlike(self.backend.device) { change(&choices) } else { choices.tuned = [:] }
            return choices == openCL.choices ? openCL : openCL.choosing(choices)
        }
        return ChosenDevice(changed.first ?? backend, helpers: Array(changed.dropFirst()), reason: reason)
    }

    /// The kernels that it runs where they are not the usual ones; nil where there is no choice.
    public var choices: KernelChoices? { (backend as? OpenCLBackend)?.choices }

    /// The same device with what is kept for the graphs, and if wanted what a quick tuning finds for those that nothing is kept
    /// for. Nothing else is chosen for then, so that `choices` is all that a run needs to know.
    ///
    /// - Parameters:
    ///   - graphs: what is going to run.
    ///   - threads: how many threads the CPU backend uses, which results are compared with; nil for one a core.
    ///   - willTune: told the name of a device that is about to be tuned, and the most seconds that it takes.
    /// - Throws: `GraphError` of a graph that cannot be made; nothing for lack of a place to keep what was found.
    public func tuned(
        _ tuning: KernelTuning, for graphs: [PlannedGraph], threads: Int? = nil,
        willTune: (_ device: String, _ seconds: Double) -> Void = { _, _ in }, shouldStop: () -> Bool = { false }
    ) throws -> ChosenDevice {
        guard let openCL = backend as? OpenCLBackend, !openCL.openCLDevice.isSimulator else { return self }
        guard tuning != .off else { return choosing { $0.tuned = [:] } }
        let keys = Set(TunedCandidate.all(of: graphs, on: openCL).map(\.key))
        var kernels = TunedKernels.keptAfterTrials(for: openCL.openCLDevice)
        let unknown = keys.count { kernels.entries[$0]?.isVerified != true }
        if tuning == .quick, unknown > 0 {
            let seconds = KernelTuning.quickSeconds(operations: unknown)
            willTune(openCL.device.name, seconds)
            let tuner = KernelTuner(
                openCL, against: try CPUBackend(threads: threads), effort: .quick, seconds: seconds,
                faulty: kernels.faulty, takesNotes: true)
            let found = tuner.tune(graphs, known: kernels.entries, shouldStop: shouldStop)
            kernels.entries.merge(found) { $1 }
            // What cannot be kept is looked for again the next time.
            try? TunedKernels.keep(found, for: openCL.openCLDevice)
        }
        let chosen = kernels.choices.filter { keys.contains($0.key) }
        return choosing { $0.tuned = chosen }
    }
}
