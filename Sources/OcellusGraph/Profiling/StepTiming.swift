/// Who wants to know when steps run.
public struct TimingRequest {
    /// The time now, in seconds.
    public let clock: () -> Double
    /// Told of each step, by the thread that uses the backend.
    public let record: (StepTiming) -> Void

    /// A request.
    public init(clock: @escaping () -> Double, record: @escaping (StepTiming) -> Void) {
        self.clock = clock
        self.record = record
    }
}

/// When a step ran, in seconds.
public struct StepTiming: Sendable {
    /// One of the threads that shared the step's work.
    public struct Worker: Sendable {
        /// Its number, from 0.
        public let number: Int
        /// When it began with its first part of the work.
        public let start: Double
        /// When it was done with its last.
        public let end: Double
        /// How long it was at work in between.
        public let busy: Double

        /// A worker's part of a step.
        public init(number: Int, start: Double, end: Double, busy: Double) {
            self.number = number
            self.start = start
            self.end = end
            self.busy = busy
        }
    }

    /// The step's place among those that were run together.
    public let index: Int
    /// When the host gave it to the device; nil where that is when it began.
    public let queued: Double?
    /// When it began.
    public let start: Double
    /// When it ended.
    public let end: Double
    /// Those of the backend's threads that took part; none where it has no such threads.
    public let workers: [Worker]
    /// The part of all the backend's threads' time in which they were at work, 0…1; nil where it has no such threads.
    public let busy: Double?

    /// The time of a step that `threads` threads could share; none where the backend has no such threads.
    public init(
        index: Int, queued: Double? = nil, start: Double, end: Double, workers: [Worker] = [], threads: Int = 0
    ) {
        self.index = index
        self.queued = queued
        self.start = start
        self.end = end
        self.workers = workers
        busy =
            threads == 0 || end <= start
            ? nil : workers.reduce(0) { $0 + $1.busy } / (Double(threads) * (end - start))
    }
}
