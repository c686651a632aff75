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
        var args: [String: String] = [:]
    }

    /// The events that a profiler has kept: one row for the host's work, one for the device's operations, and one for each
    /// thread that worked on them.
    /// - Parameter device: the name of the device.
    public init(_ profiler: Profiler, device: String) {
        let workers = (profiler.events.lazy.flatMap(\.timing.workers).map(\.number).max() ?? -1) + 1
        let rows = ["host", device] + (0..<workers).map { "thread \($0)" }
        traceEvents =
            rows.enumerated().map { row, name in Event(name: "thread_name", ph: "M", tid: row, args: ["name": name]) }
            + profiler.events.flatMap { event in Self.events(event, profiler.parts[event.part]) }
    }

    private static func events(_ event: Profiler.Event, _ part: ProfiledPart) -> [Event] {
        let timing = event.timing
        func bar(_ row: Int, _ start: Double, _ end: Double, _ args: [String: String]) -> Event {
            Event(
                name: part.layer, ph: "X", cat: part.operation, ts: start * 1e6, dur: (end - start) * 1e6, tid: row,
                args: args)
        }
        guard !part.isHost else { return [bar(0, timing.start, timing.end, [:])] }
        let cost = part.cost(samples: event.samples)
        let whole = bar(
            1, timing.start, timing.end,
            [
                "operation": part.operation, "algorithm": part.algorithm, "shape": part.shape,
                "samples": "\(event.samples)", "flops": "\(cost.flops)", "bytes": "\(cost.bytes)",
            ])
        return [whole]
            + timing.workers.map { worker in
                bar(2 + worker.number, worker.start, worker.end, ["busy ms": "\(worker.busy * 1e3)"])
            }
    }
}
