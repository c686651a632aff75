import Foundation
import OcellusModels

extension RunDescription {
    /// Reads a `run.json`.
    ///
    /// - Throws: `TrainingError` naming what is wrong with it.
    public init(contentsOf path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw TrainingError("\(path) cannot be read")
        }
        struct Version: Decodable {
            let formatVersion: Int
        }
        do {
            // First, because a later format may look different altogether.
            let version = try JSONDecoder().decode(Version.self, from: data).formatVersion
            guard version == 1 else {
                throw TrainingError(
                    "\(path) has format version \(version), and this ocellus knows version 1: take a newer one")
            }
            self = try JSONDecoder().decode(RunDescription.self, from: data)
        } catch let error as TrainingError {
            throw error
        } catch {
            throw TrainingError("\(path) is damaged: \((error as? DecodingError)?.sentence ?? "\(error)")")
        }
    }
}
