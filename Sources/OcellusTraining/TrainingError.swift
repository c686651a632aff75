/// Training that cannot begin or go on, in words that say what to do.
public struct TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong and what to do.
    public let description: String

    /// An error in words.
    public init(_ description: String) { self.description = description }
}
