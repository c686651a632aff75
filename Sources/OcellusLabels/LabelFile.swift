import OcellusData

/// A file that may hold labels.
struct LabelFile: Hashable {
    /// The folder that was searched.
    let root: String
    /// The file's path from there on, with `/` between folders.
    let relativePath: String

    /// Where it can be opened.
    var path: String { root + "/" + relativePath }
    /// Its name without folders.
    var name: String { String(relativePath.split(separator: "/").last ?? "") }
    /// The folders below the root that it lies in, outermost first.
    var folders: [String] { relativePath.split(separator: "/").dropLast().map(String.init) }
    /// The folder that it lies in, from the root on; empty for the root.
    var folder: String { folders.joined(separator: "/") }
    /// The part that its name or one of its folders says, the innermost first.
    var part: Part? {
        let stem = name.split(separator: ".").first.map(String.init) ?? ""
        return ([stem] + folders.reversed()).lazy.compactMap { Part(folderName: $0) }.first
    }

    /// What it holds.
    ///
    /// - Throws: ``DatasetError/unreadable(file:reason:)``; also for files above ``maximumByteCount``.
    func read() throws -> [UInt8] {
        let bytes = try readFile(path)
        guard bytes.count <= Self.maximumByteCount else {
            throw DatasetError.unreadable(file: path, reason: "it has more than \(Self.maximumByteCount >> 20) MiB")
        }
        return bytes
    }

    /// What it holds, as text without a byte order mark.
    func text() throws -> String {
        let bytes = try read()
        return String(decoding: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...], as: UTF8.self)
    }

    /// The lines that are not blank, with their numbers from 1.
    func lines() throws -> [(number: Int, text: String)] {
        try text().split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
            let text = line.filter { $0 != "\r" && $0 != "\r\n" }.trimmedOfBlanks
            return text.isEmpty ? nil : (index + 1, text)
        }
    }

    /// Larger files of labels are not read: COCO's own have 450 MB.
    static let maximumByteCount = 1 << 30
}

extension StringProtocol {
    /// Without the spaces and tabs around it.
    var trimmedOfBlanks: String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
        return String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }
}
