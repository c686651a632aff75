import Foundation

/// One thread of its own for all use of devices: Oclgrind's check for uninitialised memory crashes when a context is used by
/// another thread than made it. The main actor will not do: on Linux its work moves from thread to thread.
@globalActor actor DeviceActor {
    static let shared = DeviceActor()

    private static let executor = ThreadExecutor()

    nonisolated var unownedExecutor: UnownedSerialExecutor { Self.executor.asUnownedSerialExecutor() }
}

/// Runs jobs one after the other on one thread, for as long as the process lives.
private final class ThreadExecutor: SerialExecutor, @unchecked Sendable {
    private let condition = NSCondition()
    private var jobs: [UnownedJob] = []

    init() {
        let thread = Thread { [unowned self] in work() }
        // The simulator and the drivers' compilers recurse deeply.
        thread.stackSize = 64 << 20
        thread.start()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        condition.withLock { jobs.append(job) }
        condition.signal()
    }

    private func work() {
        while true {
            condition.lock()
            while jobs.isEmpty { condition.wait() }
            let job = jobs.removeFirst()
            condition.unlock()
            job.runSynchronously(on: asUnownedSerialExecutor())
        }
    }
}
