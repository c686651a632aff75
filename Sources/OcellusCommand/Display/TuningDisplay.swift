import Ocellus

/// What `tune` shows.
struct TuningDisplay {
    let isVerbose: Bool

    /// What happens while kernels are tried.
    func show(_ event: KernelTuner.Event) {
        switch event {
        case .began(let key, let index, let count):
            if isVerbose {
                Terminal.note("\(index + 1)/\(count) \(key)")
            } else {
                Terminal.status("\(index + 1)/\(count) \(key)")
            }
        case .timed(let parameters, let milliseconds):
            if isVerbose { Terminal.note("    \(Terminal.number(milliseconds, digits: 3)) ms  \(parameters)") }
        case .rejected(let parameters, let reason):
            if isVerbose { Terminal.note("    not used  \(parameters): \(reason)") }
        case .failed(let key, let reason):
            Terminal.clearStatus()
            Terminal.warn("\(key) is not tuned: \(reason)")
        case .found: break
        }
    }

    /// A row an operation, those that take longest first.
    static func table(of kernels: TunedKernels) -> Table {
        var table = Table(["ms", "usual ms", "gain", "tried", "kernels", "operation"], lastIsText: true)
        let rows = kernels.entries.sorted {
            ($1.value.usualMilliseconds ?? 0, $0.key) < ($0.value.usualMilliseconds ?? 0, $1.key)
        }
        for (key, entry) in rows {
            var cells = ["–", "–", "–"]
            if let milliseconds = entry.milliseconds, let usual = entry.usualMilliseconds {
                cells = [
                    Terminal.number(milliseconds, digits: 3), Terminal.number(usual, digits: 3),
                    Terminal.number(usual / max(milliseconds, 1e-9), digits: 2) + " ×",
                ]
            }
            let tried = entry.isVerified ? entry.effort.rawValue : "imported"
            table.add(cells + [tried, "\(entry.parameters)", key])
        }
        return table
    }
}
