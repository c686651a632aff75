import Synchronization

/// How many bytes of requests' bodies all connections together keep in memory.
final class BodyBudget: Sendable {
    private let limit: Int
    private let used = Atomic<Int>(0)

    init(limit: Int) { self.limit = limit }

    /// One request's part of it, given back at its end.
    final class Share: Sendable {
        private let budget: BodyBudget
        private let used = Atomic<Int>(0)

        init(of budget: BodyBudget) { self.budget = budget }

        deinit { release() }

        /// - Throws: `RequestError` 503 when there is no room.
        func take(_ count: Int) throws {
            used.wrappingAdd(count, ordering: .relaxed)
            let total = budget.used.wrappingAdd(count, ordering: .relaxed).newValue
            guard total <= budget.limit else {
                throw RequestError(.serviceUnavailable, "Too much is being sent at once", headers: [.retryAfter: "1"])
            }
        }

        func release() {
            let count = used.exchange(0, ordering: .relaxed)
            budget.used.wrappingSubtract(count, ordering: .relaxed)
        }
    }
}
