import FoundationEssentials
import OcellusImages
import OcellusNetworks

/// What `model.json` holds.
struct ModelDescription: Codable {
    var formatVersion: Int
    var network: Network
    var classes: [String]
    var preprocessing: Preprocessing
    var training: TrainingRecord?
    var weights: Weights?

    /// What tells whether the weights beside are those that were saved. Someone who changes the weights with another tool
    /// takes this out.
    struct Weights: Codable, Equatable {
        var byteCount: Int
        /// XXH64 of the whole file, as 16 hexadecimal digits.
        var xxh64: String

        init(_ file: SafetensorsFile) {
            let (count, hash) = file.withUnsafeFileBytes { ($0.count, XXH64.hash($0)) }
            let digits = String(hash, radix: 16)
            byteCount = count
            xxh64 = String(repeating: "0", count: 16 - digits.count) + digits
        }
    }

    private struct Version: Decodable { var formatVersion: Int }

    /// The largest `model.json` accepted, in bytes: far more than any network's description takes.
    private static let maximumByteCount = 16 << 20

    /// Reads a `model.json`.
    /// - Throws: `ModelError` that names the file and the entry.
    init(contentsOf path: String) throws {
        let file = try MappedFile(path)
        guard file.bytes.count <= Self.maximumByteCount else {
            throw ModelError(
                path, "has \(file.bytes.count) bytes; a model's description has at most \(Self.maximumByteCount).")
        }
        let data = Data(file.bytes)
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        do {
            let version = try decoder.decode(Version.self, from: data).formatVersion
            guard version <= Model.formatVersion else {
                throw ModelError(
                    path,
                    "has format version \(version), and this version of ocellus reads \(Model.formatVersion). "
                        + "Use a newer ocellus.")
            }
            guard version >= 1 else { throw ModelError(path, "has format version \(version), which there is not.") }
            self = try decoder.decode(Self.self, from: data)
        } catch let error as DecodingError {
            throw ModelError(path, "is not a model's description: \(Self.reason(error))")
        } catch let error as PreprocessingError {
            throw ModelError(path, "preprocessing: \(error)")
        }
    }

    init(_ model: Model, weights: Weights) {
        formatVersion = Model.formatVersion
        network = model.network
        classes = model.classes
        preprocessing = model.preprocessing
        training = model.training
        self.weights = weights
    }

    /// The file's content: indented, names sorted, so that two models can be compared line by line.
    func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }

    /// A decoding error as one sentence, with the place in the file.
    private static func reason(_ error: DecodingError) -> String {
        let context: DecodingError.Context
        var reason: String
        switch error {
        case .keyNotFound(let key, let found): (context, reason) = (found, "'\(key.stringValue)' is missing")
        case .dataCorrupted(let found) where found.codingPath.isEmpty:
            // The decoder says no more than this, and says the same of 4.5 where a whole number belongs.
            return "it is not JSON, or a number in it is too large or not whole. Copy the model's folder again."
        case .typeMismatch(_, let found), .valueNotFound(_, let found), .dataCorrupted(let found):
            (context, reason) = (found, found.debugDescription)
        @unknown default: return "\(error)"
        }
        while reason.hasSuffix(".") { reason.removeLast() }
        let place = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        return (place.isEmpty ? "" : "at \(place): ") + reason + "."
    }
}
