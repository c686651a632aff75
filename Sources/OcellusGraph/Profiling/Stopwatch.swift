/// Seconds since it was made, on a clock that does not jump.
package struct Stopwatch: Sendable {
    private let start = ContinuousClock.now
    private let before: Double

    /// Starts, counting from `before`.
    package init(_ before: Double = 0) { self.before = before }

    package var seconds: Double {
        let (whole, attoseconds) = start.duration(to: .now).components
        return before + Double(whole) + Double(attoseconds) * 1e-18
    }
}
