import Foundation

/// The names of all operations that OcellusGraph's sources declare.
func namesInSource(file: String = #filePath) throws -> Set<String> {
    let folder = URL(filePath: file).deletingLastPathComponent()
        .appending(path: "../../../Sources/OcellusGraph/Operations").standardizedFileURL
    let declaration = /static let name = "(\w+)"/
    return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        .reduce(into: []) { names, source in
            let text = try String(contentsOf: source, encoding: .utf8)
            names.formUnion(text.matches(of: declaration).map { String($0.1) })
        }
}
