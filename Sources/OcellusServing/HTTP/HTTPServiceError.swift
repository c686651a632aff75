/// Why a service cannot start. Its description names what is wrong and what to do.
public struct HTTPServiceError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One sentence, for a person.
    public let description: String

    /// An error with a sentence for a person.
    public init(_ description: String) { self.description = description }
}
