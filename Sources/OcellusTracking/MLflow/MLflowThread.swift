import Foundation

/// Sends a run's outbox while the run goes on. What fails is tried again, after pauses that grow.
final class MLflowThread: @unchecked Sendable {  // Its condition guards what changes.
    private let condition = NSCondition()
    private var hasNews = false
    private var isClosing = false
    private let isDone = DispatchSemaphore(value: 0)
    private let sender: MLflowSender

    init(_ sender: MLflowSender, warn: @escaping @Sendable (String) -> Void) {
        self.sender = sender
        // Not one of Swift concurrency's, of which there may be no more than the one that trains.
        let thread = Thread { [self] in
            work(warn)
            isDone.signal()
        }
        thread.name = "mlflow"
        thread.start()
    }

    /// Says that there is something new to be sent.
    func wake() {
        condition.lock()
        hasNews = true
        condition.signal()
        condition.unlock()
    }

    /// Tries once more to send everything, and ends.
    ///
    /// - Returns: whether that was done in time; else it is broken off.
    @discardableResult
    func close(waiting seconds: Double) -> Bool {
        condition.lock()
        isClosing = true
        condition.signal()
        condition.unlock()
        if isDone.wait(timeout: .now() + seconds) == .success { return true }
        sender.cancel()
        _ = isDone.wait(timeout: .now() + 1)
        return false
    }

    private func work(_ warn: (String) -> Void) {
        var pause = 1.0
        var problem: String?
        while true {
            let isLast = waitForNews()
            do {
                for note in try sender.send() { warn(note) }
                pause = 1
                problem = nil
            } catch {
                // Once each, not at every attempt.
                if problem != "\(error)", !isLast {
                    warn("\(error); training goes on, and what MLflow does not get is kept in the run")
                }
                problem = "\(error)"
                pause = min(pause * 2, 60)
            }
            if isLast { return }
            rest(pause)
        }
    }

    /// - Returns: whether this is the last time.
    private func waitForNews() -> Bool {
        condition.lock()
        defer { condition.unlock() }
        while !hasNews && !isClosing { condition.wait() }
        hasNews = false
        return isClosing
    }

    /// Lets some time pass, so that requests hold many events, and a server in trouble gets few.
    private func rest(_ seconds: Double) {
        let end = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        while !isClosing, condition.wait(until: end) {}
    }
}
