extension Orientation {
    /// The orientation that a file's EXIF data ask for; `upright` where there are none, or none that make sense.
    ///
    /// They are found in a JPEG's first `Exif` segment, in a PNG's `eXIf` chunk or in the text that older ImageMagicks
    /// wrote, in a WebP's `EXIF` chunk, and among a TIFF's own tags.
    init(of file: UnsafeRawBufferPointer, format: ImageFormat) {
        let orientation =
            switch format {
            case .jpeg: Self.exifBlock(ofJPEG: file).flatMap(Self.init(exif:))
            case .png: Self.exifBlock(ofPNG: file).flatMap(Self.init(exif:)) ?? Self.profile(ofPNG: file)
            case .webp: Self.exifBlock(ofWebP: file).flatMap(Self.init(exif:))
            case .tiff: LibraryCodec.tiff.orientation(file)
            case .gif, .bmp: Orientation?.none
            }
        self = orientation ?? .upright
    }

    /// What stands before the TIFF structure in an APP1 segment: "Exif" and two zeros.
    private static let exifMark: [UInt8] = [0x45, 0x78, 0x69, 0x66, 0, 0]

    /// The TIFF structure in the first `Exif` APP1 segment before the first scan.
    private static func exifBlock(ofJPEG file: UnsafeRawBufferPointer) -> Slice<UnsafeRawBufferPointer>? {
        var block: Slice<UnsafeRawBufferPointer>?
        forEachSegment(ofJPEG: file) { marker, content in
            if marker == 0xE1, content.starts(with: exifMark) { block = content.dropFirst(exifMark.count) }
            return block == nil
        }
        return block
    }

    /// The content of the `eXIf` chunk, which may stand before or after the picture's data.
    private static func exifBlock(ofPNG file: UnsafeRawBufferPointer) -> Slice<UnsafeRawBufferPointer>? {
        chunk("eXIf", ofPNG: file)
    }

    /// The content of the `EXIF` chunk, which some writers start as JPEG's segment.
    private static func exifBlock(ofWebP file: UnsafeRawBufferPointer) -> Slice<UnsafeRawBufferPointer>? {
        guard let content = chunkOfWebP("EXIF", in: file) else { return nil }
        return content.starts(with: exifMark) ? content.dropFirst(exifMark.count) : content
    }

    /// What ImageMagick wrote before PNG had its `eXIf`: a text that holds the number of bytes, then the bytes in
    /// hexadecimal digits.
    private static func profile(ofPNG file: UnsafeRawBufferPointer) -> Orientation? {
        let keyword = "Raw profile type exif"
        let isThere = ["zTXt", "tEXt"].contains { chunk($0, startingWith: keyword + "\0", ofPNG: file) != nil }
        guard isThere, let text = textOfPNG(file, keyword: keyword) else { return nil }
        let digits = text.split(separator: "\n").dropFirst(2).joined().compactMap(\.hexDigitValue)
        var bytes = stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
        if bytes.starts(with: exifMark) { bytes.removeFirst(exifMark.count) }
        return bytes.withUnsafeBytes { Self(exif: $0[...]) }
    }

    /// The content of a PNG's first chunk of a type that starts with `prefix`.
    private static func chunk(
        _ type: String, startingWith prefix: String = "", ofPNG file: UnsafeRawBufferPointer
    ) -> Slice<UnsafeRawBufferPointer>? {
        var position = 8
        while position + 12 <= file.count {
            let length = (0..<4).reduce(0) { $0 << 8 | Int(file[position + $1]) }
            guard length <= file.count - position - 12 else { return nil }
            let content = file[(position + 8)..<(position + 8 + length)]
            let isOfType = file[(position + 4)..<(position + 8)].elementsEqual(type.utf8)
            if isOfType && content.starts(with: prefix.utf8) { return content }
            position += 12 + length
        }
        return nil
    }

    /// Reads tag 0x0112 of the first directory of a TIFF structure.
    private init?(exif: Slice<UnsafeRawBufferPointer>) {
        let bytes = UnsafeRawBufferPointer(rebasing: exif)
        guard bytes.count >= 8 else { return nil }
        let isLittleEndian = bytes[0] == 0x49
        guard bytes[0] == bytes[1], isLittleEndian || bytes[0] == 0x4D else { return nil }

        func number(at offset: Int, bytes count: Int) -> Int? {
            guard offset >= 0, offset <= bytes.count - count else { return nil }
            let places = offset..<(offset + count)
            return isLittleEndian
                ? places.reversed().reduce(0) { $0 << 8 | Int(bytes[$1]) }
                : places.reduce(0) { $0 << 8 | Int(bytes[$1]) }
        }
        guard number(at: 2, bytes: 2) == 42, let directory = number(at: 4, bytes: 4),
            let count = number(at: directory, bytes: 2)
        else { return nil }
        for index in 0..<count {
            let entry = directory + 2 + index * 12
            guard let tag = number(at: entry, bytes: 2), let type = number(at: entry + 2, bytes: 2) else { return nil }
            guard tag == 0x0112 else { continue }
            // A short, as it should be; some writers use a long or a byte.
            let size = [1: 1, 3: 2, 4: 4][type]
            guard let size, let value = number(at: entry + 8, bytes: size) else { return nil }
            self.init(rawValue: value)
            return
        }
        return nil
    }
}
