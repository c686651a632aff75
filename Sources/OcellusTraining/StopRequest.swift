import Synchronization

/// How a signal or another thread asks training to stop after the current step.
public final class StopRequest: Sendable {
    private let flag = Atomic<Bool>(false)

    /// Not made yet.
    public init() {}

    /// Asks to stop.
    public func make() { flag.store(true, ordering: .relaxed) }

    /// Whether it was made.
    public var isMade: Bool { flag.load(ordering: .relaxed) }
}
