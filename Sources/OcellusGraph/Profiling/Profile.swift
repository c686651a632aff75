/// Where the time goes: a row an operation, those that take longest first.
public struct Profile: Sendable, Encodable {
    /// What one operation, or all of one kind, take in one run.
    public struct Row: Sendable, Encodable {
        /// The layer, or the section of the host's work; of a total, how many operations it sums up.
        public let layer: String
        /// The kind of operation; `host` for a section of the host's work.
        public let operation: String
        /// How it is computed; empty where there is no choice.
        public let algorithm: String
        /// The shapes of one sample.
        public let shape: String
        /// How often it was timed.
        public let runs: Int
        /// The median time of a run.
        public let milliseconds: Double
        /// Its part of all operations' time, 0…1; 0 for a section of the host's work.
        public let share: Double
        /// The part of the device's threads' time in which they were at work, 0…1: the rest is waiting for each other, and
        /// what one thread does alone. Nil where the backend has no threads of its own.
        public let busy: Double?
        /// Floating-point operations of the definition, a multiply-add counting two, in 10⁹ a second. An algorithm that
        /// needs fewer gets beyond the machine's peak.
        public let gigaflopsPerSecond: Double
        /// Bytes of all inputs and outputs, each touched once, in 10⁹ a second. What lies in a cache gets beyond the
        /// memory's peak.
        public let gigabytesPerSecond: Double
        /// The larger of the parts of the two peaks that it reaches, as 0.87; nil when no peak is known.
        public let partOfPeak: Double?
        /// Which peak bounds it; nil when none is known.
        public let bound: Bound?
    }

    /// What bounds an operation (the roofline model: Williams, Waterman & Patterson, CACM 2009).
    public enum Bound: String, Sendable, Encodable {
        case compute, memory
    }

    /// Samples of the runs that were timed.
    public let samples: Int
    /// The sum of all operations' medians.
    public let milliseconds: Double
    /// The device's peak, when it was measured.
    public let peak: DevicePeak?
    /// A row an operation, the longest first.
    public let operations: [Row]
    /// A row a kind of operation and algorithm, the longest first.
    public let totals: [Row]
    /// Sections of the host's work, the ways of inputs to the device, and threads that prepare pictures, in the order in which
    /// they first ran.
    public let host: [Row]
    /// The part of the time from the first operation to the last in which the device had none to run, 0…1: it waited for the
    /// host. Time in which something else was computed on it (`Profiler.pausing`) does not count. Nil of no operations.
    public let idle: Double?

    /// What a profiler has kept.
    /// - Parameter peak: what the device reaches at best.
    public init(_ profiler: Profiler, peak: DevicePeak? = nil) {
        let (parts, allTimes, events) = profiler.kept
        let timed = parts.indices.compactMap { index -> Timed? in
            let times = allTimes[index]
            guard !times.seconds.isEmpty else { return nil }
            let part = parts[index]
            return Timed(
                part: part, runs: times.seconds.count, seconds: times.seconds.median,
                busy: times.busy.isEmpty ? nil : times.busy.median, cost: part.cost(samples: times.samples))
        }
        let operations = timed.filter { $0.part.place == .device }
        let whole = operations.reduce(0) { $0 + $1.seconds }
        func sorted(_ rows: [Row]) -> [Row] {
            rows.sorted { ($1.milliseconds, $0.layer) < ($0.milliseconds, $1.layer) }
        }
        self.peak = peak
        milliseconds = whole * 1e3
        samples = zip(parts, allTimes).filter { $0.0.place == .device }.map(\.1.samples).max() ?? 0
        self.operations = sorted(operations.map { $0.row(of: whole, peak) })
        totals = sorted(
            Dictionary(grouping: operations) { [$0.part.operation, $0.part.algorithm] }.values
                .map { Timed(sumOf: $0).row(of: whole, peak) })
        idle = Self.idle(events, parts)
        host = timed.filter { $0.part.place != .device }.map { $0.row(of: 0, nil) }
    }
}

extension Profile {
    private static func idle(_ events: [Profiler.Event], _ parts: [ProfiledPart]) -> Double? {
        let operations = events.filter { parts[$0.part].place == .device }.map(\.timing)
            .sorted { $0.start < $1.start }
        guard let first = operations.first else { return nil }
        let pauses = events.filter { parts[$0.part].layer == Profiler.pause }.map(\.timing)
        var (end, whole, idle) = (first.start, 0.0, 0.0)
        for operation in operations {
            let isPaused = pauses.contains { $0.start < operation.start && $0.end > end && operation.start > end }
            if !isPaused {
                idle += max(0, min(operation.queued ?? operation.start, operation.start) - end)
                whole += max(0, operation.end - end)
            } else {
                whole += operation.end - operation.start
            }
            end = max(end, operation.end)
        }
        return whole > 0 ? idle / whole : 0
    }
}

/// A part with its median time.
private struct Timed {
    var part: ProfiledPart
    var layer: String
    var shape: String
    var runs: Int
    var seconds: Double
    var busy: Double?
    var cost: Cost

    init(part: ProfiledPart, runs: Int, seconds: Double, busy: Double?, cost: Cost) {
        self.part = part
        layer = part.layer
        shape = part.shape
        self.runs = runs
        self.seconds = seconds
        self.busy = busy
        self.cost = cost
    }

    init(sumOf all: [Timed]) {
        self = all[0]
        layer = "\(all.count)"
        shape = ""
        seconds = all.reduce(0) { $0 + $1.seconds }
        if busy != nil { busy = all.reduce(0) { $0 + ($1.busy ?? 0) * $1.seconds } / max(seconds, 1e-9) }
        cost = all.reduce(Cost(flops: 0, bytes: 0)) {
            Cost(flops: $0.flops + $1.cost.flops, bytes: $0.bytes + $1.cost.bytes)
        }
    }

    func row(of whole: Double, _ peak: DevicePeak?) -> Profile.Row {
        let flops = Double(cost.flops) / max(seconds, 1e-9) * 1e-9
        let bytes = Double(cost.bytes) / max(seconds, 1e-9) * 1e-9
        let parts = peak.map { (flops / $0.gigaflopsPerSecond, bytes / $0.gigabytesPerSecond) }
        return Profile.Row(
            layer: layer, operation: part.operation, algorithm: part.algorithm, shape: shape, runs: runs,
            milliseconds: seconds * 1e3, share: whole > 0 ? seconds / whole : 0, busy: busy,
            gigaflopsPerSecond: flops, gigabytesPerSecond: bytes, partOfPeak: parts.map { max($0.0, $0.1) },
            bound: parts.map { $0.0 >= $0.1 ? .compute : .memory })
    }
}

extension [Double] {
    /// The element in the middle; 0 of none.
    package var median: Double { isEmpty ? 0 : sorted()[count / 2] }
}
