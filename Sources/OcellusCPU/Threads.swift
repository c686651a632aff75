#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A POSIX mutex with a condition to wait for. Swift's `Mutex` cannot be waited on.
final class Condition: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func lock() { pthread_mutex_lock(mutex) }
    func unlock() { pthread_mutex_unlock(mutex) }

    /// Unlocks, sleeps until woken (or for no reason), locks.
    func wait() { pthread_cond_wait(condition, mutex) }

    func wakeAll() {
        lock()
        pthread_cond_broadcast(condition)
        unlock()
    }
}

/// A pointer that each thread has for itself; nil at first.
final class ThreadPointer: @unchecked Sendable {
    private var key = pthread_key_t()

    init() { pthread_key_create(&key, nil) }

    deinit { pthread_key_delete(key) }

    var value: UnsafeRawPointer? {
        get { UnsafeRawPointer(pthread_getspecific(key)) }
        set { pthread_setspecific(key, newValue) }
    }
}

/// A flag that each thread has for itself.
final class ThreadFlag: Sendable {
    private let pointer = ThreadPointer()

    var isSet: Bool { pointer.value != nil }

    func set(_ value: Bool) { pointer.value = value ? UnsafeRawPointer(bitPattern: 1) : nil }
}

/// Starts a thread that runs `body` and is never joined.
/// - Returns: false when the system allows no more threads.
func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let box = Unmanaged.passRetained(Box(body))
    #if canImport(Darwin)
        var thread: pthread_t?
        let status = pthread_create(&thread, nil, { run(Unmanaged<Box>.fromOpaque($0)) }, box.toOpaque())
    #else
        var thread = pthread_t()
        let status = pthread_create(&thread, nil, { run($0.map { Unmanaged<Box>.fromOpaque($0) }) }, box.toOpaque())
    #endif
    func run(_ box: Unmanaged<Box>?) -> UnsafeMutableRawPointer? {
        box?.takeRetainedValue().body()
        return nil
    }
    guard status == 0 else {
        box.release()
        return false
    }
    pthread_detach(thread)
    return true
}
