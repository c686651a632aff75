import Synchronization

/// How much of a device's memory may be taken, and how much is. Every buffer that a backend makes is counted.
public final class MemoryBudget: Sendable {
    private struct State {
        var limit: Int
        var largestBuffer: Int
        var reserved = 0
        var peak = 0
    }

    private let state: Mutex<State>

    /// A budget.
    ///
    /// - Parameters:
    ///   - byteCount: what all buffers together may take.
    ///   - largestBuffer: what one buffer may take.
    public init(byteCount: Int, largestBuffer: Int = .max) {
        state = Mutex(State(limit: byteCount, largestBuffer: largestBuffer))
    }

    /// What all buffers together may take, in bytes.
    public var limit: Int { state.withLock { $0.limit } }
    /// What one buffer may take, in bytes.
    public var largestBuffer: Int { state.withLock { $0.largestBuffer } }
    /// What buffers take now, in bytes.
    public var reserved: Int { state.withLock { $0.reserved } }
    /// The most that buffers have taken so far, in bytes.
    public var peak: Int { state.withLock { $0.peak } }

    /// Lets less be taken from now on; more than before is not given.
    public func restrict(to byteCount: Int, largestBuffer: Int = .max) {
        state.withLock {
            $0.limit = min($0.limit, byteCount)
            $0.largestBuffer = min($0.largestBuffer, largestBuffer)
        }
    }

    /// Counts a buffer that is about to be made.
    /// - Throws: `BackendError` with the figures when it is too large, or there is not so much left.
    public func reserve(_ byteCount: Int, for label: String) throws {
        try state.withLock { state in
            guard byteCount <= state.largestBuffer else {
                throw BackendError(
                    "'\(label)' takes \(ByteCount(byteCount)) in one piece, but the device gives at most "
                        + "\(ByteCount(state.largestBuffer)); take a smaller batch or smaller pictures")
            }
            guard byteCount <= state.limit - state.reserved else {
                throw BackendError(
                    "'\(label)' takes \(ByteCount(byteCount)), but of \(ByteCount(state.limit)) of memory "
                        + "\(ByteCount(max(state.limit - state.reserved, 0))) are left; take a smaller batch or smaller pictures"
                )
            }
            state.reserved += byteCount
            state.peak = max(state.peak, state.reserved)
        }
    }

    /// Counts off a buffer that is gone.
    public func release(_ byteCount: Int) { state.withLock { $0.reserved -= byteCount } }
}
