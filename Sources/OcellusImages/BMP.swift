extension RGBImage {
    static func peekSizeOfBMP(
        _ bytes: UnsafeRawBufferPointer, name: String
    ) throws(ImageError) -> (width: Int, height: Int) {
        let header = try BMPHeader(LittleEndianBytes(bytes, name: name))
        return (header.width, header.height)
    }

    static func decodeBMP(
        _ bytes: UnsafeRawBufferPointer, name: String, limits: DecodingLimits
    ) throws(ImageError) -> RGBImage {
        let file = LittleEndianBytes(bytes, name: name)
        let header = try BMPHeader(file)
        let (width, height) = (header.width, header.height)
        try limits.check(width: width, height: height, name: name)
        let pixels: [UInt8] =
            switch header.compression {
            case .none where header.bitsPerPixel <= 8:
                try BMPPalette(file, header).colors(of: header.packedIndices(in: file))
            case .none, .masks: try header.directColors(in: file)
            case .runs: try BMPPalette(file, header).colors(of: BMPRuns(file, header).indices())
            }
        return RGBImage(width: width, height: height, pixels: pixels)
    }
}

/// A BMP's headers: the file's of 14 bytes and the picture's behind it, in any of the versions that Windows and OS/2 have
/// written (BITMAPCOREHEADER to BITMAPV5HEADER).
struct BMPHeader {
    enum Compression { case none, runs, masks }

    let width, height: Int
    /// Whether the first stored row is the top one, as it usually is not.
    let isTopDown: Bool
    let bitsPerPixel: Int
    let compression: Compression
    /// Where the palette and the pixels start.
    let paletteOffset, pixelOffset: Int
    /// The palette's colours, and the bytes of one.
    let paletteCount, paletteStride: Int
    /// Which bits of a pixel are red, green, blue and alpha.
    let masks: [UInt32]

    init(_ file: LittleEndianBytes) throws(ImageError) {
        let size = Int(try file.uint32(at: 14))
        let isCore = size == 12
        guard isCore || [40, 52, 56, 64, 108, 124].contains(size) else {
            throw file.corrupt("its header has \(size) bytes, as no version of the format does")
        }
        pixelOffset = Int(try file.uint32(at: 10))
        let storedWidth = isCore ? Int(try file.uint16(at: 18)) : Int(Int32(bitPattern: try file.uint32(at: 18)))
        let storedHeight = isCore ? Int(try file.uint16(at: 20)) : Int(Int32(bitPattern: try file.uint32(at: 22)))
        guard storedWidth > 0, storedHeight != 0, storedHeight != Int(Int32.min) else {
            throw file.corrupt("it announces \(storedWidth)×\(storedHeight) pixels")
        }
        (width, height, isTopDown) = (storedWidth, abs(storedHeight), storedHeight < 0)
        bitsPerPixel = Int(try file.uint16(at: isCore ? 24 : 28))
        let method = isCore ? 0 : try file.uint32(at: 30)
        switch (method, bitsPerPixel) {
        case (0, 1), (0, 4), (0, 8), (0, 16), (0, 24), (0, 32): compression = .none
        case (1, 8), (2, 4): compression = .runs
        case (3, 16), (3, 32), (6, 16), (6, 32): compression = .masks
        default:
            throw file.corrupt("it has \(bitsPerPixel) bits a pixel and compression \(method), which are not supported")
        }
        var readMasks: [UInt32] = bitsPerPixel == 16 ? [0x7C00, 0x3E0, 0x1F, 0] : [0xFF0000, 0xFF00, 0xFF, 0]
        let hasAlphaMask = size >= 56 && size != 64 || method == 6
        if compression == .masks {
            for index in 0..<(hasAlphaMask ? 4 : 3) { readMasks[index] = try file.uint32(at: 54 + 4 * index) }
        }
        masks = readMasks
        // Behind the smallest of the newer headers masks follow; the larger ones hold them.
        let maskBytes = size == 40 && compression == .masks ? (hasAlphaMask ? 16 : 12) : 0
        paletteOffset = 14 + size + maskBytes
        paletteStride = isCore ? 3 : 4
        let colors = isCore ? 0 : Int(try file.uint32(at: 46))
        paletteCount = bitsPerPixel > 8 ? 0 : colors == 0 ? 1 << bitsPerPixel : min(colors, 256)
    }

    /// The stored row that is row `y` of the picture.
    func storedRow(_ y: Int) -> Int { isTopDown ? y : height - 1 - y }

    /// Bytes from a stored row to the next: whole words.
    private var rowByteCount: Int { (width * bitsPerPixel + 31) / 32 * 4 }

    /// The bytes of the pixels, when all are there.
    private func pixelBytes(_ file: LittleEndianBytes) throws(ImageError) -> UnsafeRawBufferPointer {
        try file.slice(from: pixelOffset, count: rowByteCount * height)
    }

    /// The places in the palette of all pixels, top row first.
    func packedIndices(in file: LittleEndianBytes) throws(ImageError) -> [UInt8] {
        let bytes = try pixelBytes(file)
        let perByte = 8 / bitsPerPixel
        let mask = UInt8((1 << bitsPerPixel) - 1)
        return try samples(count: width * height) { indices throws(ImageError) in
            for y in 0..<height {
                let row = storedRow(y) * rowByteCount
                for x in 0..<width {
                    let shift = 8 - bitsPerPixel * (x % perByte + 1)
                    indices[y * width + x] = bytes[row + x / perByte] >> UInt8(shift) & mask
                }
            }
        }
    }

    /// The colours of all pixels, top row first; what is transparent lies over white.
    func directColors(in file: LittleEndianBytes) throws(ImageError) -> [UInt8] {
        let bytes = try pixelBytes(file)
        let fields = masks.map(BitField.init)
        let unit = bitsPerPixel / 8
        return try samples(count: width * height * 3) { pixels throws(ImageError) in
            for y in 0..<height {
                let row = storedRow(y) * rowByteCount
                for x in 0..<width {
                    let value = (0..<unit).reduce(UInt32(0)) {
                        $0 | UInt32(bytes[row + x * unit + $1]) << (8 * UInt32($1))
                    }
                    let target = (y * width + x) * 3
                    let alpha = fields[3].isEmpty ? 255 : fields[3].value(in: value)
                    for channel in 0..<3 {
                        let color = fields[channel].value(in: value)
                        pixels[target + channel] = UInt8((2 * (color * alpha + 255 * (255 - alpha)) + 255) / 510)
                    }
                }
            }
        }
    }
}

/// Some neighbouring bits of a pixel, which say 0…255.
private struct BitField {
    private let mask: UInt32
    private let shift: UInt32
    private let most: UInt32

    init(_ mask: UInt32) {
        self.mask = mask
        shift = mask == 0 ? 0 : UInt32(mask.trailingZeroBitCount)
        most = mask >> shift
    }

    var isEmpty: Bool { mask == 0 }

    func value(in pixel: UInt32) -> UInt32 {
        most == 0 ? 0 : UInt32(UInt64((pixel & mask) >> shift) * 255 / UInt64(most))
    }
}

/// A BMP's palette.
private struct BMPPalette {
    /// 256 colours, RGB; those that the file has not are black.
    private var colors = [UInt8](repeating: 0, count: 256 * 3)

    init(_ file: LittleEndianBytes, _ header: BMPHeader) throws(ImageError) {
        let bytes = try file.slice(from: header.paletteOffset, count: header.paletteCount * header.paletteStride)
        for index in 0..<header.paletteCount {
            for channel in 0..<3 { colors[index * 3 + channel] = bytes[index * header.paletteStride + 2 - channel] }
        }
    }

    func colors(of indices: [UInt8]) throws(ImageError) -> [UInt8] {
        try samples(count: indices.count * 3) { pixels throws(ImageError) in
            for (place, index) in indices.enumerated() {
                for channel in 0..<3 { pixels[place * 3 + channel] = colors[Int(index) * 3 + channel] }
            }
        }
    }
}

/// A BMP's pixels in runs of equal ones (RLE8, RLE4).
private struct BMPRuns {
    private let file: LittleEndianBytes
    private let header: BMPHeader

    init(_ file: LittleEndianBytes, _ header: BMPHeader) {
        self.file = file
        self.header = header
    }

    /// The places in the palette of all pixels, top row first. What no run reaches is the palette's first colour, and what
    /// reaches beyond a row or the picture is cut off.
    func indices() throws(ImageError) -> [UInt8] {
        let (width, height) = (header.width, header.height)
        var indices = [UInt8](repeating: 0, count: width * height)
        var (x, row, offset) = (0, 0, header.pixelOffset)
        func put(_ index: UInt8) {
            if x < width { indices[header.storedRow(row) * width + x] = index }
            x += 1
        }
        // How many of a byte's halves are pixels of their own.
        let perByte = 8 / header.bitsPerPixel
        func part(_ number: Int, of byte: UInt8) -> UInt8 {
            perByte == 1 ? byte : number % 2 == 0 ? byte >> 4 : byte & 15
        }
        // Some writers leave the mark at the end out.
        while row < height - 1 || row == height - 1 && x < width {
            let (count, value) = (Int(try file.uint8(at: offset)), try file.uint8(at: offset + 1))
            offset += 2
            switch (count, value) {
            case (0, 0): (x, row) = (0, row + 1)
            case (0, 1): return indices
            case (0, 2):
                x += Int(try file.uint8(at: offset))
                row += Int(try file.uint8(at: offset + 1))
                offset += 2
            case (0, _):
                let byteCount = (Int(value) + perByte - 1) / perByte
                // Filled up to whole words of two bytes.
                let literals = try file.slice(from: offset, count: (byteCount + 1) / 2 * 2)
                for number in 0..<Int(value) { put(part(number, of: literals[number / perByte])) }
                offset += literals.count
            default: for number in 0..<count { put(part(number, of: value)) }
            }
        }
        return indices
    }
}
