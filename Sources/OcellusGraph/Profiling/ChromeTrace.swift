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

    /// The events that a profiler has kept: a row each for the host's work, the device's operations, inputs' way there, each thread
    /// of the device that worked on them, and each that prepares pictures.
    /// - Parameter device: the name of the device.
    public init(_ profiler: Profiler, device: String) {
        let (parts, _, events) = profiler.kept
        let workers = (events.lazy.flatMap(\.timing.workers).map(\.number).max() ?? -1) + 1
        let loaders = Set(parts.compactMap { if case .loader(let number) = $0.place { number } else { nil } }).sorted()
        let rows =
            ["host", device, "uploads"] + (0..<workers).map { "thread \($0)" } + loaders.map { "loader \($0)" }
        func row(of place: ProfiledPart.Place) -> Int {
            switch place {
            case .host: 0
            case .device: 1
            case .upload: 2
            case .loader(let number): 3 + workers + (loaders.firstIndex(of: number) ?? 0)
            }
        }
        traceEvents =
            rows.enumerated().map { row, name in Event(name: "thread_name", ph: "M", tid: row, args: ["name": name]) }
            + events.flatMap { Self.events($0, parts[$0.part], row: row(of: parts[$0.part].place)) }
    }

    private static func events(_ event: Profiler.Event, _ part: ProfiledPart, row: Int) -> [Event] {
        let timing = event.timing
        func bar(_ row: Int, _ start: Double, _ end: Double, _ args: [String: String]) -> Event {
            Event(
                name: part.layer, ph: "X", cat: part.operation, ts: start * 1e6, dur: (end - start) * 1e6, tid: row,
                args: args)
        }
        guard part.place == .device else { return [bar(row, timing.start, timing.end, [:])] }
        let cost = part.cost(samples: event.samples)
        let whole = bar(
            row, timing.start, timing.end,
            [
                "operation": part.operation, "algorithm": part.algorithm, "shape": part.shape,
                "samples": "\(event.samples)", "flops": "\(cost.flops)", "bytes": "\(cost.bytes)",
            ])
        return [whole]
            + timing.workers.map { worker in
                bar(3 + worker.number, worker.start, worker.end, ["busy ms": "\(worker.busy * 1e3)"])
            }
    }
}
