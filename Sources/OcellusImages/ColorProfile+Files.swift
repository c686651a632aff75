extension ColorProfile {
    /// The profile in a file: a JPEG's APP2 segments, a PNG's `iCCP` chunk, a WebP's `ICCP`, a TIFF's tag, the end of a BMP.
    init?(of file: UnsafeRawBufferPointer, format: ImageFormat) {
        let profile: [UInt8]? =
            switch format {
            case .jpeg: Self.segments(ofJPEG: file)
            case .png: profileOfPNG(file)
            case .webp: chunkOfWebP("ICCP", in: file).map(Array.init)
            case .tiff: profileOfTIFF(file)
            case .bmp: Self.embedded(inBMP: file)
            case .gif: nil
            }
        guard let profile, let read = ColorProfile(profile) else { return nil }
        self = read
    }

    /// The segments of a profile, each with its number and how many there are, put together.
    private static func segments(ofJPEG file: UnsafeRawBufferPointer) -> [UInt8]? {
        let mark = Array("ICC_PROFILE\0".utf8)
        var parts: [Int: Slice<UnsafeRawBufferPointer>] = [:]
        forEachSegment(ofJPEG: file) { marker, content in
            guard marker == 0xE2, content.starts(with: mark), content.count >= mark.count + 2 else { return true }
            parts[Int(content[content.startIndex + mark.count])] = content.dropFirst(mark.count + 2)
            return true
        }
        guard !parts.isEmpty, let last = parts.keys.max(), parts.count == last else { return nil }
        return (1...last).flatMap { parts[$0].map(Array.init) ?? [] }
    }

    /// What BITMAPV5HEADER says is embedded.
    private static func embedded(inBMP file: UnsafeRawBufferPointer) -> [UInt8]? {
        let bytes = LittleEndianBytes(file, name: "")
        let embedded: UInt32 = 0x4D42_4544  // "MBED"
        guard (try? bytes.uint32(at: 14)) == 124, (try? bytes.uint32(at: 14 + 56)) == embedded,
            let place = try? bytes.uint32(at: 14 + 112), let count = try? bytes.uint32(at: 14 + 116),
            let profile = try? bytes.slice(from: 14 + Int(place), count: Int(count))
        else { return nil }
        return Array(profile)
    }
}

/// Goes through a JPEG's segments before its first scan, until `body` returns false. A segment's content is what follows
/// its length.
func forEachSegment(
    ofJPEG file: UnsafeRawBufferPointer, _ body: (_ marker: UInt8, _ content: Slice<UnsafeRawBufferPointer>) -> Bool
) {
    var position = 2
    while position + 4 <= file.count, file[position] == 0xFF {
        let marker = file[position + 1]
        if marker == 0xFF {  // a fill byte
            position += 1
            continue
        }
        let standsAlone = marker == 0x01 || (0xD0...0xD8).contains(marker)
        if standsAlone {
            position += 2
            continue
        }
        if marker == 0xDA || marker == 0xD9 { return }
        let length = Int(file[position + 2]) << 8 | Int(file[position + 3])
        guard length >= 2, position + 2 + length <= file.count else { return }
        guard body(marker, file[(position + 4)..<(position + 2 + length)]) else { return }
        position += 2 + length
    }
}
