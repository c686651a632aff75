import Synchronization

/// How many bytes of requests' bodies all connections together keep in memory. An eighth is for small bodies alone, so that
/// they are taken while large ones fill the rest.
final class BodyBudget: Sendable {
    /// The largest body that is small.
    static let small = 1 << 20

    private let limit: Int
    private let used = Atomic<Int>(0)

    init(limit: Int) { self.limit = limit }

    /// The bytes that are in memory.
    var byteCount: Int { used.load(ordering: .relaxed) }

    /// One request's part of it, given back at its end.
    final class Share: Sendable {
        private let budget: BodyBudget
        private let used = Atomic<Int>(0)

        init(of budget: BodyBudget) { self.budget = budget }

        deinit { release() }

        /// - Throws: `RequestError` 503 when there is no room.
        func take(_ count: Int) throws {
            let own = used.wrappingAdd(count, ordering: .relaxed).newValue
            let total = budget.used.wrappingAdd(count, ordering: .relaxed).newValue
            let limit = own <= BodyBudget.small ? budget.limit : budget.limit - budget.limit / 8
            guard total <= limit else {
                throw RequestError(.serviceUnavailable, "Too much is being sent at once", headers: [.retryAfter: "1"])
            }
        }

        func release() {
            let count = used.exchange(0, ordering: .relaxed)
            budget.used.wrappingSubtract(count, ordering: .relaxed)
        }
    }
}
