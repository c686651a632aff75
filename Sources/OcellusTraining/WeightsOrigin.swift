import OcellusModels

/// Where the weights come from that a run begins with.
public struct WeightsOrigin: Sendable, Codable, Equatable {
    /// The file.
    public let path: String
    /// XXH64 of the file, as 16 hexadecimal digits.
    public let xxh64: String
    /// How many classes the head told apart that was left out for a new one; nil when it was kept.
    public let replacedClasses: Int?

    /// Weights of a file.
    /// - Throws: `ModelError` when it cannot be read.
    public init(_ path: String, replacedClasses: Int?) throws {
        self.path = path
        self.replacedClasses = replacedClasses
        xxh64 = try SafetensorsFile(path).xxh64
    }
}
