/// One thing that OpenCL needs on a machine, and whether it is there.
public struct Finding: Sendable, Encodable, Equatable {
    /// How it stands.
    public enum State: String, Sendable, Encodable {
        /// It is there and works.
        case ok
        /// It is not there, which is all right unless one wants it.
        case absent
        /// It is there and does not work.
        case broken
    }

    /// What it is: `OpenCL loader`.
    public let subject: String
    /// How it stands.
    public let state: State
    /// What was seen.
    public let detail: String
    /// What to do, by the names of packages and commands; nil when there is nothing to do.
    public let advice: String?

    package init(_ subject: String, _ state: State, _ detail: String, advice: String? = nil) {
        self.subject = subject
        self.state = state
        self.detail = detail
        self.advice = advice
    }
}
