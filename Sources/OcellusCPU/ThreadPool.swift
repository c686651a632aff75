import CSIMD
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The threads that share the work of one operation. They are the process's own, never Swift concurrency's: a step of a
/// few microseconds cannot wait for a scheduler, so a worker spins briefly for the next before it sleeps.
///
/// One parallel loop runs at a time; a second caller waits. A loop within a loop runs on the thread that meets it.
package final class ThreadPool: Sendable {
    /// The process's pool.
    package static let shared = ThreadPool()

    // A loop is published by raising `state`'s generation. Workers enter and leave it by counting in the same word, so
    // that the caller can close the loop and wait for those inside, not for those still asleep.
    private let state = Atomic<UInt64>(0)
    private let job = Mutex(Job())
    private let next = Atomic<Int>(0)
    private let started = Atomic<Int>(0)
    private let sleepers = Atomic<Int>(0)
    private let calls = Condition()
    private let sleep = Condition()
    private let isInside = ThreadFlag()
    /// The `WorkerTimes` that times the workers of the loops that a thread calls; mostly there is none.
    private let times = ThreadPointer()

    /// Rounds of spinning before a worker sleeps: some tens of microseconds.
    private static let spins = 2_000

    private struct Job {
        var count = 0
        var participants = 0
        // Both live as long as the caller's call, which stays until the loop is over.
        nonisolated(unsafe) var body: simd_closure?
        nonisolated(unsafe) var times: UnsafeRawPointer?
    }

    private init() {}

    /// Calls `body` once for each of `0 ..< count`, on up to `threads` threads at once, and returns when all are done.
    /// Indices are handed out in order to whoever is free. `worker` is below `threads` and no two calls that run at the
    /// same time share one, so it can choose scratch memory.
    ///
    /// The compiler does not check what `body` shares: calls must write to different places.
    package func parallelFor(_ count: Int, threads: Int, _ body: (_ index: Int, _ worker: Int) -> Void) {
        guard count > 1, threads > 1, !isInside.isSet else {
            // What is inside of another loop belongs to that one's time.
            return Self.timed(isInside.isSet ? nil : times.value, worker: 0) {
                for index in 0..<max(count, 0) { body(index, 0) }
            }
        }
        calls.lock()
        isInside.set(true)
        startWorkers(min(threads, 256) - 1)
        let times = times.value
        job.withLock {
            $0 = Job(count: count, participants: min(threads, count), body: closure(body), times: times)
        }
        next.store(0, ordering: .relaxed)
        state.store(State(state.load(ordering: .relaxed)).opened, ordering: .sequentiallyConsistent)
        if sleepers.load(ordering: .sequentiallyConsistent) > 0 { sleep.wakeAll() }
        run(count, worker: 0, times, body)
        waitForWorkers()
        isInside.set(false)
        calls.unlock()
    }

    private func run(
        _ count: Int, worker: Int, _ times: UnsafeRawPointer?, _ body: (_ index: Int, _ worker: Int) -> Void
    ) {
        Self.timed(times, worker: worker) {
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                if index >= count { return }
                body(index, worker)
            }
        }
    }

    /// Runs `body`, in which the workers of this thread's loops are timed.
    func timing<Result>(_ workerTimes: WorkerTimes, _ body: () throws -> Result) rethrows -> Result {
        times.value = UnsafeRawPointer(Unmanaged.passUnretained(workerTimes).toOpaque())
        defer { times.value = nil }
        return try withExtendedLifetime(workerTimes, body)
    }

    private static func timed(_ times: UnsafeRawPointer?, worker: Int, _ body: () -> Void) {
        guard let times else { return body() }
        Unmanaged<WorkerTimes>.fromOpaque(times).takeUnretainedValue().measure(worker, body)
    }

    private func waitForWorkers() {
        var word = state.bitwiseAnd(~State.openBit, ordering: .acquiringAndReleasing).newValue
        var round = 0
        while State(word).inside > 0 {
            round += 1
            if round > Self.spins { sched_yield() } else { simd_pause() }
            word = state.load(ordering: .acquiring)
        }
    }

    private func startWorkers(_ wanted: Int) {
        for number in started.load(ordering: .relaxed)..<max(wanted, started.load(ordering: .relaxed)) {
            guard startThread({ [self] in work(number + 1) }) else { return }
            started.store(number + 1, ordering: .relaxed)
        }
    }

    private func work(_ worker: Int) {
        isInside.set(true)
        var seen: UInt64 = 0
        while true {
            let word = waitForLoop(after: seen)
            seen = State(word).generation
            guard enter(seen) else { continue }
            let job = job.withLock { $0 }
            if worker < job.participants, let body = job.body {
                run(job.count, worker: worker, job.times) { simd_call(body, $0, $1) }
            }
            state.wrappingSubtract(1, ordering: .releasing)
        }
    }

    /// Counts the worker in, unless the loop is over.
    private func enter(_ generation: UInt64) -> Bool {
        var word = state.load(ordering: .acquiring)
        while State(word).isOpen, State(word).generation == generation {
            let (exchanged, original) = state.compareExchange(
                expected: word, desired: word + 1, ordering: .acquiringAndReleasing)
            if exchanged { return true }
            word = original
        }
        return false
    }

    private func waitForLoop(after generation: UInt64) -> UInt64 {
        for _ in 0..<Self.spins {
            let word = state.load(ordering: .acquiring)
            if State(word).isOpen, State(word).generation != generation { return word }
            simd_pause()
        }
        sleep.lock()
        sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
        var word = state.load(ordering: .sequentiallyConsistent)
        while !State(word).isOpen || State(word).generation == generation {
            sleep.wait()
            word = state.load(ordering: .sequentiallyConsistent)
        }
        sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        sleep.unlock()
        return word
    }

    /// The pool's state in one word: from the lowest bit, how many workers are inside of the loop (16 bits), whether it
    /// is open, and the loop's number.
    private struct State {
        static let openBit: UInt64 = 1 << 16
        let word: UInt64

        init(_ word: UInt64) { self.word = word }

        var inside: UInt64 { word & 0xFFFF }
        var isOpen: Bool { word & Self.openBit != 0 }
        var generation: UInt64 { word >> 17 }
        var opened: UInt64 { (generation &+ 1) << 17 | Self.openBit }
    }
}

/// A loop's body as two words, for threads that run it while its caller waits. `withoutActuallyEscaping` would allocate in
/// each loop; this is implemented in C.
@_silgen_name("simd_closure_of")
private func closure(_ body: (_ index: Int, _ worker: Int) -> Void) -> simd_closure
