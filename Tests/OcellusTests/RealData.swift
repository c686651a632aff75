import Foundation

/// Photos and weights from the wild, beside the package; not part of it.
let realData = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("shared/data").path

let realDataIsThere = FileManager.default.fileExists(atPath: realData)
