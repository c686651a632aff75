/// Training that cannot begin or go on, in words that say what to do.
public struct TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong and what to do.
    public let description: String
    /// Whether it is that training has diverged: other options may do better, the same ones will not.
    public let isDivergence: Bool

    /// An error in words.
    public init(_ description: String, isDivergence: Bool = false) {
        self.description = description
        self.isDivergence = isDivergence
    }
}
