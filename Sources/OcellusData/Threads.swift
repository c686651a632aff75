import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A lock with a condition to wait for (a POSIX mutex and condition variable).
package final class Monitor: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    package init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    package func lock() { pthread_mutex_lock(mutex) }
    package func unlock() { pthread_mutex_unlock(mutex) }
    /// Waits for `broadcast`, with the lock held before and after; may wake for no reason.
    package func wait() { pthread_cond_wait(condition, mutex) }
    /// Waits as `wait` does, but not for longer than `time`.
    package func wait(atMost time: Duration) {
        let (seconds, attoseconds) = max(.zero, time).components
        var deadline = timespec()
        clock_gettime(CLOCK_REALTIME, &deadline)
        let nanoseconds = Int64(deadline.tv_nsec) + attoseconds / 1_000_000_000
        deadline.tv_sec += Int(seconds + nanoseconds / 1_000_000_000)
        deadline.tv_nsec = Int(nanoseconds % 1_000_000_000)
        pthread_cond_timedwait(condition, mutex, &deadline)
    }
    /// Wakes one of those that wait: for when all wait for the same.
    package func signal() { pthread_cond_signal(condition) }
    package func broadcast() { pthread_cond_broadcast(condition) }

    package func withLock<Value>(_ body: () throws -> Value) rethrows -> Value {
        lock()
        defer { unlock() }
        return try body()
    }
}

/// A thread of our own: work that may block (reading, decoding) does not belong on Swift's cooperative threads.
package struct WorkerThread: @unchecked Sendable {
    private let thread: pthread_t

    /// Starts a thread that runs `body`; nil when the system grants no more threads.
    package init?(_ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Body(run: body))
        #if canImport(Darwin)
            var started: pthread_t?
            let status = pthread_create(&started, nil, { runBody($0) }, box.toOpaque())
            guard status == 0, let started else {
                box.release()
                return nil
            }
            thread = started
        #else
            var started = pthread_t()
            let status = pthread_create(&started, nil, { runBody($0) }, box.toOpaque())
            guard status == 0 else {
                box.release()
                return nil
            }
            thread = started
        #endif
    }

    /// Waits until the thread has ended. To be called once.
    package func join() { pthread_join(thread, nil) }

    fileprivate final class Body {
        let run: @Sendable () -> Void
        init(run: @escaping @Sendable () -> Void) { self.run = run }
    }
}

private func runBody(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument { Unmanaged<WorkerThread.Body>.fromOpaque(argument).takeRetainedValue().run() }
    return nil
}

/// The number of cores this process may use.
package func availableCores() -> Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }

/// The values of `body` for `0 ..< count`, in order, computed on several threads.
func parallelMap<Value: Sendable>(
    count: Int, threads: Int, _ body: @escaping @Sendable (Int) -> Value
) -> [Value] {
    let results = Results<Value>(count: count)
    let work: @Sendable () -> Void = {
        while let index = results.takeNext() { results.set(index, body(index)) }
    }
    let helpers = (1..<max(1, min(threads, count))).compactMap { _ in WorkerThread(work) }
    work()
    for helper in helpers { helper.join() }
    return results.values.compactMap(\.self)
}

private final class Results<Value: Sendable>: @unchecked Sendable {
    private let monitor = Monitor()
    private var next = 0
    private(set) var values: [Value?]

    init(count: Int) { values = Array(repeating: nil, count: count) }

    func takeNext() -> Int? {
        monitor.withLock {
            guard next < values.count else { return nil }
            next += 1
            return next - 1
        }
    }

    func set(_ index: Int, _ value: Value) { monitor.withLock { values[index] = value } }
}
