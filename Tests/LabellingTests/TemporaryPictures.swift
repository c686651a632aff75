import Foundation
import OcellusLabelling
import Ocellus

/// A folder of small pictures that is removed with its last reference.
final class TemporaryPictures: Sendable {
    let path: String

    /// Writes pictures `p0.png`, `p1.png` …, each of one colour, and a file that is no picture.
    init(_ count: Int, broken: String? = nil) throws {
        path = FileManager.default.temporaryDirectory.path + "/ocellus-labelling-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path + "/in", withIntermediateDirectories: true)
        for index in 0..<count {
            let pixels = [UInt8](repeating: UInt8(index * 200 / max(1, count)), count: 40 * 30 * 3)
            try Data(RGBImage(width: 40, height: 30, pixels: pixels).encodePNG())
                .write(to: URL(fileURLWithPath: "\(path)/in/p\(index).png"))
        }
        if let broken { try Data("no picture".utf8).write(to: URL(fileURLWithPath: "\(path)/in/\(broken)")) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var settings: LabellingSettings {
        LabellingSettings(folder: path + "/in", output: path + "/labels.csv", classes: ["dark", "light"])
    }

    var labels: String { (try? String(contentsOfFile: path + "/labels.csv", encoding: .utf8)) ?? "" }
}
