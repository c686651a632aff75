import OcellusGraph

/// How long each worker of a pool is at work, from one step to the next: for profiles.
final class WorkerTimes: @unchecked Sendable {
    // Unchecked: a worker writes to its own place, and they are read when no loop runs.

    private struct Times {
        var start = Double.infinity
        var end = 0.0
        var busy = 0.0
    }

    /// Apart by more than a cache line.
    private static let distance = 8
    private let workers: Int
    private let times: UnsafeMutablePointer<Times>
    private let stopwatch = Stopwatch()

    /// The times of up to `workers` workers.
    init(workers: Int) {
        self.workers = workers
        times = .allocate(capacity: workers * Self.distance)
        times.initialize(repeating: Times(), count: workers * Self.distance)
    }

    deinit { times.deallocate() }

    /// Times what a worker does.
    func measure(_ worker: Int, _ body: () -> Void) {
        let start = stopwatch.seconds
        body()
        let end = stopwatch.seconds
        let own = times + worker * Self.distance
        own.pointee.start = min(own.pointee.start, start)
        own.pointee.end = end
        own.pointee.busy += end - start
    }

    /// Seconds on the clock that the times count by.
    var now: Double { stopwatch.seconds }

    /// What was measured since the last time, for workers that did anything.
    /// - Parameter offset: what to add to this clock.
    func take(offset: Double) -> [StepTiming.Worker] {
        (0..<workers).compactMap { worker in
            let own = times + worker * Self.distance
            defer { own.pointee = Times() }
            guard own.pointee.busy > 0 else { return nil }
            return StepTiming.Worker(
                number: worker, start: own.pointee.start + offset, end: own.pointee.end + offset,
                busy: own.pointee.busy)
        }
    }
}
