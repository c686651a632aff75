public import Ocellus

/// How pictures are brought together for a device, and how many may wait.
public struct InferenceOptions: Sendable {
    /// The most pictures that run as one batch.
    public var maximumBatch = 8
    /// How long a picture that is ready waits for others that are being decoded. One that is alone never waits.
    public var maximumDelay: Duration = .milliseconds(2)
    /// The most pictures that wait or are being worked on; a request that would add to them is refused.
    public var queueLength = 256
    /// How many threads decode pictures; nil for one a core.
    public var decoders: Int?
    /// The largest picture.
    public var pictures = DecodingLimits(pixels: 50_000_000)

    /// What a service on any machine starts with.
    public init() {}
}
