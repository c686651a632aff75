/// What is done to large gradients before the weights change by them.
public struct GradientClipping: Sendable, Codable, Hashable {
    /// The largest norm of all gradients together; beyond it they are scaled down. Nil for any.
    public var norm: Float?
    /// The largest absolute value of each element, taken before the norm. Nil for any.
    public var value: Float?

    /// No clipping but what is given.
    public init(norm: Float? = nil, value: Float? = nil) {
        self.norm = norm
        self.value = value
    }

    /// Whether gradients are left as they are.
    public var isNone: Bool { norm == nil && value == nil }

    /// - Throws: `TrainingError` when a limit is not above 0.
    public func validate() throws {
        for (name, limit) in [("norm", norm), ("value", value)] {
            guard let limit, !(limit.isFinite && limit > 0) else { continue }
            throw TrainingError("gradients are to be clipped at the \(name) \(limit); it must be above 0")
        }
    }
}
