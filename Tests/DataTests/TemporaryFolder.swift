import Foundation
import OcellusData
import OcellusGraph
import OcellusImages

/// A folder that is removed with its last reference.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/ocellus-data-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file, and the folders it lies in.
    func write(_ bytes: [UInt8], to name: String) throws {
        let file = path + "/" + name
        try FileManager.default.createDirectory(
            at: URL(fileURLWithPath: file).deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: file))
    }

    func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: path + "/" + name, withIntermediateDirectories: true)
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path + "/" + name) }

    /// Writes `count` different small PNG pictures `name0.png` … into a folder.
    func writePictures(_ count: Int, to folder: String, name: String = "p", side: Int = 6) throws {
        for index in 0..<count {
            try write(
                picture(seed: "\(folder)/\(name)\(index)", side: side).encodePNG(), to: "\(folder)/\(name)\(index).png")
        }
    }
}

/// A picture of noise that depends on the text alone.
func picture(seed: String, side: Int = 6) -> RGBImage {
    let number = seed.utf8.reduce(UInt64(1469)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    var random = PhiloxSequence(seed: number, purpose: .rendering)
    return RGBImage(
        width: side, height: side,
        pixels: (0..<side * side * 3).map { _ in UInt8(truncatingIfNeeded: random.nextWord()) })
}

/// A folder with `counts[i]` pictures in the i-th class: `class0`, `class1`, ….
func classFolders(_ counts: [Int], side: Int = 6) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (index, count) in counts.enumerated() { try folder.writePictures(count, to: "class\(index)", side: side) }
    return folder
}
