/// What a picture's file says of it, beside the pixels.
public struct ImageInfo: Sendable, Equatable {
    /// What the first bytes say it is.
    public let format: ImageFormat
    /// The width that `decode` gives, in pixels.
    public let width: Int
    /// The height that `decode` gives, in pixels.
    public let height: Int
    /// How the stored picture is turned to stand upright, as EXIF numbers it (CIPA DC-008, tag 0x0112); 1 when it is not.
    public let orientation: Int
    /// The colour profile in the file, if any. `decode` does not apply it.
    public let colorProfile: ColorProfile?
}

/// A colour profile (ISO 15076-1), as far as it tells what it is.
public struct ColorProfile: Sendable, Equatable {
    /// Its length in bytes.
    public let byteCount: Int
    /// The kind of its colours, as "RGB", "GRAY" or "CMYK".
    public let colorSpace: String
    /// What it calls itself, as "sRGB IEC61966-2.1" or "Display P3".
    public let name: String?

    /// Whether it says that colours are sRGB's, which is what they are taken for.
    public var isSRGB: Bool { name?.lowercased().contains("srgb") ?? false }

    /// Reads a profile's header and its description. nil when it is none.
    init?(_ profile: some Collection<UInt8>) {
        let bytes = Array(profile)
        guard bytes.count >= 132, bytes[36..<40].elementsEqual("acsp".utf8) else { return nil }
        func number(at offset: Int) -> Int? {
            guard offset >= 0, offset <= bytes.count - 4 else { return nil }
            return bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        func text(at offset: Int, count: Int) -> String? {
            guard offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else { return nil }
            return String(decoding: bytes[offset..<offset + count].prefix { $0 != 0 }, as: UTF8.self)
        }
        func description(at offset: Int) -> String? {
            // Version 2 has plain text with its length, version 4 UTF-16 in several languages, of which the first is taken.
            switch text(at: offset, count: 4) {
            case "desc": return number(at: offset + 8).flatMap { text(at: offset + 12, count: $0) }
            case "mluc":
                guard let count = number(at: offset + 20), let place = number(at: offset + 24),
                    offset + place <= bytes.count, count <= bytes.count - offset - place
                else { return nil }
                let start = offset + place
                let units = stride(from: start, to: start + count - 1, by: 2).map {
                    UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])
                }
                return String(decoding: units.prefix { $0 != 0 }, as: UTF16.self)
            default: return nil
            }
        }
        var name: String?
        for index in 0..<min(number(at: 128) ?? 0, 100) {
            let entry = 132 + index * 12
            guard text(at: entry, count: 4) == "desc", let place = number(at: entry + 4) else { continue }
            name = description(at: place)
            break
        }
        byteCount = bytes.count
        colorSpace = (text(at: 16, count: 4) ?? "").split(separator: " ").first.map(String.init) ?? ""
        self.name = name.flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension RGBImage {
    /// What a picture's file says of it: format, size, orientation and colour profile. No pixel is decoded.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - name: What errors call it.
    /// - Throws: `ImageError` when the header cannot be read. The rest of the file may still be damaged.
    public static func info(_ bytes: [UInt8], name: String) throws(ImageError) -> ImageInfo {
        try bytes.withUnsafeBufferPointer { buffer throws(ImageError) in
            let file = UnsafeRawBufferPointer(buffer)
            let format = try ImageFormat.detect(file, name: name)
            let size = try peekSize(file, name: name)
            return ImageInfo(
                format: format, width: size.width, height: size.height,
                orientation: Orientation(of: file, format: format).rawValue,
                colorProfile: ColorProfile(of: file, format: format))
        }
    }
}
