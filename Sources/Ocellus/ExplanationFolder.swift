import Foundation
import OcellusImages
import OcellusModels

/// A folder that explanations are written to as PNG files, each under a name of its own: nothing there is replaced.
public final class ExplanationFolder {
    /// The folder.
    public let path: String

    /// Makes the folder unless it is there.
    ///
    /// - Throws: `ModelError` when it cannot be made.
    public init(_ path: String) throws {
        self.path = path
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw ModelError(path, "cannot be made a folder: \(error.localizedDescription)")
        }
    }

    /// Writes the overlay as `PICTURE.CLASS.png`, or `PICTURE.CLASS-2.png` and so on where that is taken.
    ///
    /// - Parameter file: the picture's own path.
    /// - Returns: the path of the file written.
    /// - Throws: `ImageError`, `ModelError`.
    public func write(_ explanation: Explanation, of file: String) throws -> String {
        let picture = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
        let name = picture + "." + Self.fileName(explanation.className)
        let bytes = try explanation.overlay().encodePNG(name: file)
        var target = "\(path)/\(name).png"
        var number = 2
        while FileManager.default.fileExists(atPath: target) {
            target = "\(path)/\(name)-\(number).png"
            number += 1
        }
        try AtomicFile.write(bytes, to: target)
        return target
    }

    /// A class's name without what has a meaning in paths.
    private static func fileName(_ name: String) -> String {
        String(name.map { $0.isLetter || $0.isNumber || "-_ ".contains($0) ? $0 : "_" }.prefix(60))
    }
}
