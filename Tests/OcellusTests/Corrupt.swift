import Foundation

/// Cuts a file off.
func corrupt(_ path: String, keeping count: Int) throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    try data.prefix(count).write(to: URL(fileURLWithPath: path))
}
