/// How a model server is set up.
public struct ServingOptions: Sendable {
    /// Where it listens, and what it allows.
    public var http = HTTPServiceOptions()
    /// How pictures are brought together for the device.
    public var inference = InferenceOptions()
    /// Who may use it; nil for everyone who can reach it.
    public var keys: APIKeys?
    /// Below this probability a picture is rejected rather than given a class; nil for never.
    public var rejectBelow: Float?
    /// Where rejected pictures are kept; nil for nowhere.
    public var review: ReviewFolder?
    /// The most pictures in one request.
    public var picturesPerRequest = 64
    /// Whether each request is logged.
    public var logsRequests = true

    /// What a service on any machine starts with.
    public init() {}
}
