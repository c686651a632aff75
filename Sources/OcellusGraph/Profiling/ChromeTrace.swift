/// A profile as a file that `chrome://tracing` and ui.perfetto.dev open (the Trace Event Format): encode it as JSON.
public struct ChromeTrace: Encodable {
    private let traceEvents: [Event]
    private let displayTimeUnit = "ms"

    private struct Event: Encodable {
        let name: String
        let ph: String
        var cat: String?
        /// Microseconds.
        var ts: Double?
        var dur: Double?
        let pid = 1
        let tid: Int
        let args: [String: String]
    }

    /// The events that a profiler has kept: one row for the host's work, one for the device's.
    /// - Parameter device: the name of the device.
    public init(_ profiler: Profiler, device: String) {
        let (host, operations) = (1, 2)
        traceEvents =
            [
                Event(name: "thread_name", ph: "M", tid: host, args: ["name": "host"]),
                Event(name: "thread_name", ph: "M", tid: operations, args: ["name": device]),
            ]
            + profiler.events.map { event in
                let part = profiler.parts[event.part]
                let cost = part.cost(samples: event.samples)
                return Event(
                    name: part.layer, ph: "X", cat: part.operation, ts: event.start * 1e6,
                    dur: (event.end - event.start) * 1e6, tid: part.isHost ? host : operations,
                    args: part.isHost
                        ? [:]
                        : [
                            "operation": part.operation, "algorithm": part.algorithm, "shape": part.shape,
                            "samples": "\(event.samples)", "flops": "\(cost.flops)", "bytes": "\(cost.bytes)",
                        ])
            }
    }
}
