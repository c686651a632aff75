/// How a model came to be, for the person who finds it a year later. Nothing that predicts depends on it.
public struct TrainingRecord: Sendable, Codable, Equatable {
    /// Every option of the training by its name: `batch`, `learning-rate`.
    public var options: [String: String]
    /// The seed of all random numbers.
    public var seed: UInt64?
    /// What ran it, by name: `ocellus`, `swift`, `device`, `driver`.
    public var versions: [String: String]
    /// A hash of the pictures and their classes, or any text that tells one data set from another.
    public var dataFingerprint: String?
    /// What was measured, by name: `test.accuracy`, `epochs`.
    public var metrics: [String: Double]

    /// A record, empty unless something is given.
    public init(
        options: [String: String] = [:], seed: UInt64? = nil, versions: [String: String] = [:],
        dataFingerprint: String? = nil, metrics: [String: Double] = [:]
    ) {
        self.options = options
        self.seed = seed
        self.versions = versions
        self.dataFingerprint = dataFingerprint
        self.metrics = metrics
    }

    /// Reads a record; what is missing stays empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        options = try container.decodeIfPresent([String: String].self, forKey: .options) ?? [:]
        seed = try container.decodeIfPresent(UInt64.self, forKey: .seed)
        versions = try container.decodeIfPresent([String: String].self, forKey: .versions) ?? [:]
        dataFingerprint = try container.decodeIfPresent(String.self, forKey: .dataFingerprint)
        metrics = try container.decodeIfPresent([String: Double].self, forKey: .metrics) ?? [:]
    }
}
