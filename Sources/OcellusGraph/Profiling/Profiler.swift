/// Keeps how long the operations of plans take, and sections of the host's work between them.
///
/// Give it to `Plan.profiler`. It is used by the one thread that runs the plan. Without a profiler a plan does nothing
/// of this; with one, an asynchronous backend may have to wait after each operation.
public final class Profiler {
    /// A part's time once, in seconds since the profiler was made.
    struct Event: Sendable {
        let part: Int
        let timing: StepTiming
        let samples: Int
    }

    private(set) var parts: [ProfiledPart] = []
    /// What happened, in order, up to `eventLimit`.
    private(set) var events: [Event] = []
    /// By part: how long each run with the most samples so far took.
    private(set) var times: [PartTimes] = []
    private let clock = Stopwatch()
    private var sections: [String: Int] = [:]

    /// A trace of so many events has some 20 MB.
    private static let eventLimit = 100_000

    /// The runs of a part that had the most samples.
    struct PartTimes: Sendable {
        var samples = 0
        var seconds: [Double] = []
        /// The part of the threads' time in which they were at work, where there are threads.
        var busy: [Double] = []
    }

    /// Nothing is timed yet.
    public init() {}

    /// Seconds since it was made: what `record` counts in.
    public var now: Double { clock.seconds }

    /// Times a section of the host's work.
    public func measure<Result>(_ section: String, _ body: () throws -> Result) rethrows -> Result {
        let start = now
        defer { record(part(of: section), StepTiming(index: 0, start: start, end: now), samples: 1) }
        return try body()
    }

    /// Makes a part known.
    /// - Returns: its number, for `record`.
    func add(_ part: ProfiledPart) -> Int {
        parts.append(part)
        times.append(PartTimes())
        return parts.count - 1
    }

    /// Keeps one time of a part.
    func record(_ part: Int, _ timing: StepTiming, samples: Int) {
        if samples > times[part].samples { times[part] = PartTimes(samples: samples) }
        // Runs with fewer samples, as an epoch's last, would blur the rates.
        if samples == times[part].samples {
            times[part].seconds.append(timing.end - timing.start)
            if let busy = timing.busy { times[part].busy.append(busy) }
        }
        if events.count < Self.eventLimit { events.append(Event(part: part, timing: timing, samples: samples)) }
    }

    private func part(of section: String) -> Int {
        if let known = sections[section] { return known }
        let part = add(ProfiledPart(section: section))
        sections[section] = part
        return part
    }
}

extension Profiler? {
    /// Times a section of the host's work, if there is a profiler.
    public func measure<Result>(_ section: String, _ body: () throws -> Result) rethrows -> Result {
        guard let self else { return try body() }
        return try self.measure(section, body)
    }
}
