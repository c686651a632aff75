import Foundation
import OcellusData
import OcellusImages
import OcellusLabels
import Testing

/// A folder that is removed with its last reference.
final class LabelFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/ocellus-labels-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) throws { try write(Data(text.utf8), to: name) }

    func write(_ data: Data, to name: String) throws {
        let file = URL(fileURLWithPath: path + "/" + name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: file)
    }

    /// Writes pictures of 8×6 pixels, each of another grey; red grows to the right, green downwards.
    func writePictures(_ names: String...) throws {
        for (number, name) in names.enumerated() {
            var pixels: [UInt8] = []
            for place in 0..<48 { pixels += [UInt8(place % 8 * 10), UInt8(place / 8 * 10), UInt8(number)] }
            try write(Data(RGBImage(width: 8, height: 6, pixels: pixels).encodePNG()), to: name)
        }
    }

    /// Imports what is at `name`, and gives the lines of the file that is written.
    func lines(
        of name: String = "", _ format: LabelFormat, cropsBoxes: Bool = false,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> [String] {
        let labels = try LabelImport(path + "/" + name, cropsBoxes: cropsBoxes)
        #expect(labels.problems.isEmpty, sourceLocation: sourceLocation)
        #expect(labels.format == format, sourceLocation: sourceLocation)
        let output = "\(path)/data-\(UUID().uuidString).csv"
        try labels.write(to: output)
        defer { try? FileManager.default.removeItem(atPath: output) }
        return try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    /// The problems of what is at `name`, as `file:line: reason` with the file's name alone.
    func problems(of name: String = "", format: LabelFormat? = nil, cropsBoxes: Bool = false) throws -> [String] {
        try LabelImport(path + "/" + name, format: format, cropsBoxes: cropsBoxes).problems.map {
            String("\($0)".dropFirst(path.count).drop { $0 == "/" })
        }
    }
}
