/// A picture format that can be read; JPEG and PNG can be written too.
public enum ImageFormat: String, Sendable, Codable, Equatable, CaseIterable, CustomStringConvertible {
    case jpeg, png, webp, gif, bmp, tiff

    /// As "JPEG".
    public var description: String { self == .webp ? "WebP" : rawValue.uppercased() }

    /// The names of all formats, as a sentence lists them.
    public static let list: String = {
        let names = allCases.map(\.description)
        return names.dropLast().joined(separator: ", ") + " and " + (names.last ?? "")
    }()

    /// How the names of such files end, in small letters.
    public var fileExtensions: [String] {
        switch self {
        case .jpeg: ["jpg", "jpeg", "jpe", "jfif"]
        case .png: ["png"]
        case .webp: ["webp"]
        case .gif: ["gif"]
        case .bmp: ["bmp", "dib"]
        case .tiff: ["tiff", "tif"]
        }
    }

    /// The format of a file, by its first bytes.
    ///
    /// - Throws: `ImageError` that names the format found, when it is one that cannot be read.
    public init(of bytes: [UInt8], name: String) throws(ImageError) {
        self = try bytes.withUnsafeBufferPointer { buffer throws(ImageError) in
            try Self.detect(UnsafeRawBufferPointer(buffer), name: name)
        }
    }

    /// Recognises a format by its first bytes; a file's name says nothing reliable.
    ///
    /// - Throws: `ImageError` that names the format found, when it is one that cannot be read.
    static func detect(_ bytes: UnsafeRawBufferPointer, name: String) throws(ImageError) -> ImageFormat {
        func holds(_ magic: [UInt8], at offset: Int = 0) -> Bool {
            bytes.count >= offset + magic.count && magic.indices.allSatisfy { bytes[offset + $0] == magic[$0] }
        }
        func holds(_ magic: String, at offset: Int = 0) -> Bool { holds(Array(magic.utf8), at: offset) }

        if bytes.isEmpty { throw ImageError(name: name, reason: .empty) }
        if holds([0xFF, 0xD8, 0xFF]) { return .jpeg }
        if holds([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return .png }
        if holds("RIFF") && holds("WEBP", at: 8) { return .webp }
        if holds("GIF87a") || holds("GIF89a") { return .gif }
        if holds("BM") { return .bmp }
        // The last of each kind is BigTIFF.
        let tiffs: [[UInt8]] = [[0x49, 0x49, 42, 0], [0x4D, 0x4D, 0, 42], [0x49, 0x49, 43, 0], [0x4D, 0x4D, 0, 43]]
        if tiffs.contains(where: { holds($0) }) { return .tiff }
        if holds("PNG", at: 1) {
            throw ImageError(name: name, reason: .corrupt(.png, "its first eight bytes are not a PNG's"))
        }
        let others: [(format: String, isFound: Bool)] = [
            ("AVIF", holds("ftypavi", at: 4)),
            ("HEIC", ["heic", "heix", "heim", "hevc", "mif1", "msf1"].contains { holds("ftyp" + $0, at: 4) }),
            ("JPEG XL", holds([0xFF, 0x0A]) || holds("JXL ", at: 4)),
            ("JPEG 2000", holds("jP  ", at: 4) || holds([0xFF, 0x4F, 0xFF, 0x51])),
            ("Photoshop", holds("8BPS")),
            ("SVG", holds("<svg")),
        ]
        if let other = others.first(where: \.isFound) {
            throw ImageError(name: name, reason: .unsupportedFormat(other.format))
        }
        throw ImageError(name: name, reason: .notAPicture)
    }
}
