import Synchronization

/// Keeps how long the operations of plans take, and sections of the host's work between them.
///
/// Give it to `Plan.profiler`. Any thread may record. Without a profiler a plan does nothing of this; with one, its operations
/// run as they do otherwise, one after the other.
public final class Profiler: Sendable {
    /// A part's time once, in seconds since the profiler was made.
    struct Event: Sendable {
        let part: Int
        let timing: StepTiming
        let samples: Int
    }

    /// The runs of a part that had the most samples.
    struct PartTimes: Sendable {
        var samples = 0
        var seconds: [Double] = []
        /// The part of the threads' time in which they were at work, where there are threads.
        var busy: [Double] = []
    }

    fileprivate struct Kept: Sendable {
        var parts: [ProfiledPart] = []
        /// What happened, in order, up to `eventLimit`.
        var events: [Event] = []
        /// By part: how long each run with the most samples so far took.
        var times: [PartTimes] = []
        var sections: [Section: Int] = [:]
    }

    fileprivate struct Section: Hashable {
        let name: String
        let loader: Int?
    }

    private let state = Mutex(Kept())
    private let clock = Stopwatch()

    /// A trace of so many events has some 20 MB.
    private static let eventLimit = 100_000

    /// The section in which the device computes what is not profiled.
    static let pause = "validate"

    /// Nothing is timed yet.
    public init() {}

    /// Seconds since it was made: what `record` counts in.
    public var now: Double { clock.seconds }

    /// Parts, each one's times, and all events.
    var kept: (parts: [ProfiledPart], times: [PartTimes], events: [Event]) {
        state.withLock { ($0.parts, $0.times, $0.events) }
    }

    /// Times a section of the host's work.
    ///
    /// - Parameter loader: the number of the thread, where it is one that prepares pictures.
    public func measure<Result>(
        _ section: String, loader: Int? = nil, _ body: () throws -> Result
    ) rethrows -> Result {
        let start = now
        defer {
            let part = part(of: Section(name: section, loader: loader))
            record(part, StepTiming(index: 0, start: start, end: now), samples: 1)
        }
        return try body()
    }

    /// Times what a device computes besides what is profiled: it is not idle then.
    public func pausing<Result>(_ body: () throws -> Result) rethrows -> Result { try measure(Self.pause, body) }

    /// Makes a part known.
    /// - Returns: its number, for `record`.
    func add(_ part: ProfiledPart) -> Int {
        state.withLock { $0.add(part) }
    }

    /// Keeps one time of a part.
    func record(_ part: Int, _ timing: StepTiming, samples: Int) {
        state.withLock { kept in
            if samples > kept.times[part].samples { kept.times[part] = PartTimes(samples: samples) }
            // Runs with fewer samples, as an epoch's last, would blur the rates.
            if samples == kept.times[part].samples {
                kept.times[part].seconds.append(timing.end - timing.start)
                if let busy = timing.busy { kept.times[part].busy.append(busy) }
            }
            if kept.events.count < Self.eventLimit {
                kept.events.append(Event(part: part, timing: timing, samples: samples))
            }
        }
    }

    private func part(of section: Section) -> Int {
        state.withLock { kept in
            if let known = kept.sections[section] { return known }
            let part = kept.add(
                ProfiledPart(section: section.name, section.loader.map { .loader($0) } ?? .host))
            kept.sections[section] = part
            return part
        }
    }
}

extension Profiler.Kept {
    fileprivate mutating func add(_ part: ProfiledPart) -> Int {
        parts.append(part)
        times.append(Profiler.PartTimes())
        return parts.count - 1
    }
}

extension Profiler? {
    /// Times a section of the host's work, if there is a profiler.
    public func measure<Result>(_ section: String, _ body: () throws -> Result) rethrows -> Result {
        guard let self else { return try body() }
        return try self.measure(section, body)
    }

    /// Times what a device computes besides what is profiled, if there is a profiler.
    public func pausing<Result>(_ body: () throws -> Result) rethrows -> Result {
        guard let self else { return try body() }
        return try self.pausing(body)
    }
}
