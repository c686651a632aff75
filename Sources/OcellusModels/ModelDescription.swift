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
    var calibration: Calibration?
    var weights: Weights?

    /// What tells whether the weights beside are those that were saved. Someone who changes the weights with another tool
    /// takes this out.
    struct Weights: Codable, Equatable, Sendable {
        var byteCount: Int
        /// XXH64 of the whole file, as 16 hexadecimal digits.
        var xxh64: String

        init(_ file: SafetensorsFile) {
            byteCount = file.withUnsafeFileBytes { $0.count }
            xxh64 = file.xxh64
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
            throw ModelError(path, "is not a model's description: \(error.sentence)")
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
        calibration = model.calibration
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
}
