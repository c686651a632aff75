import CCodec
import CGIF
import CTIFF
import CWebP

/// A codec whose library is opened when the first picture of its format comes.
struct LibraryCodec: Sendable {
    private let format: ImageFormat
    private let readHeader:
        @Sendable (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<CCodecHeader>?, UnsafeMutablePointer<CChar>?) ->
            CCodecStatus
    private let readPixels:
        @Sendable (UnsafePointer<UInt8>?, Int, CCodecHeader, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<CChar>?)
            -> CCodecStatus

    static let webp = LibraryCodec(
        format: .webp, readHeader: { cwebp_read_header($0, $1, $2, $3) },
        readPixels: { cwebp_decode($0, $1, $2, $3, $4) })
    static let gif = LibraryCodec(
        format: .gif, readHeader: { cgif_read_header($0, $1, $2, $3) },
        readPixels: { cgif_decode($0, $1, $2, $3, $4) })
    static let tiff = LibraryCodec(
        format: .tiff, readHeader: { ctiff_read_header($0, $1, $2, $3) },
        readPixels: { ctiff_decode($0, $1, $2, $3, $4) })

    /// The stored width and height.
    func peekSize(
        _ bytes: UnsafeRawBufferPointer, name: String
    ) throws(ImageError) -> (width: Int, height: Int) {
        let header = try header(bytes, name: name)
        return (Int(header.width), Int(header.height))
    }

    /// What the header says of the orientation.
    func orientation(_ bytes: UnsafeRawBufferPointer) -> Orientation? {
        (try? header(bytes, name: "")).flatMap { Orientation(rawValue: Int($0.orientation)) }
    }

    func decode(
        _ bytes: UnsafeRawBufferPointer, name: String, limits: DecodingLimits
    ) throws(ImageError) -> RGBImage {
        let header = try header(bytes, name: name)
        let (width, height) = (Int(header.width), Int(header.height))
        try limits.check(width: width, height: height, name: name)
        let channels = header.hasAlpha != 0 ? 4 : 3
        let pixels = try samples(count: width * height * channels) { buffer throws(ImageError) in
            try call(name) {
                readPixels(
                    bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, header, buffer.baseAddress, $0)
            }
        }
        return RGBImage(width: width, height: height, pixels: channels == 4 ? overWhite(pixels) : pixels)
    }

    private func header(_ bytes: UnsafeRawBufferPointer, name: String) throws(ImageError) -> CCodecHeader {
        var header = CCodecHeader()
        try call(name) { readHeader(bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, &header, $0) }
        return header
    }

    private func call(
        _ name: String, _ body: (UnsafeMutablePointer<CChar>?) -> CCodecStatus
    ) throws(ImageError) {
        let (status, message) = withMessage(size: Int(CCODEC_MESSAGE_SIZE), body)
        switch status {
        case CCODEC_OK: return
        case CCODEC_TRUNCATED: throw ImageError(name: name, reason: .truncated(format))
        case CCODEC_MISSING: throw ImageError(name: name, reason: .codecMissing(format, message))
        default: throw ImageError(name: name, reason: .corrupt(format, message))
        }
    }
}

extension ImageFormat {
    /// The file name of the library that reads the format, where there is none on this machine; nil where pictures can be read.
    public var missingLibrary: String? {
        let codec: LibraryCodec
        switch self {
        case .webp: codec = .webp
        case .gif: codec = .gif
        case .tiff: codec = .tiff
        case .jpeg, .png, .bmp: return nil
        }
        do throws(ImageError) {
            _ = try codec.peekSize(UnsafeRawBufferPointer(start: nil, count: 0), name: "")
        } catch {
            if case .codecMissing(_, let library) = error.reason { return library }
        }
        return nil
    }
}

/// The content of a WebP's first chunk of a type.
func chunkOfWebP(_ type: String, in bytes: UnsafeRawBufferPointer) -> Slice<UnsafeRawBufferPointer>? {
    var (offset, count) = (0, 0)
    let (status, _) = withMessage(size: Int(CCODEC_MESSAGE_SIZE)) {
        cwebp_find_chunk(bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, type, &offset, &count, $0)
    }
    guard status == CCODEC_OK, offset >= 0, count <= bytes.count - offset else { return nil }
    return bytes[offset..<offset + count]
}

/// A TIFF's colour profile, up to 4 MiB of it.
func profileOfTIFF(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
    var count = 0
    let capacity = min(bytes.count, 4 << 20)
    let profile = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, initialized in
        let (status, _) = withMessage(size: Int(CCODEC_MESSAGE_SIZE)) {
            ctiff_read_profile(
                bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, buffer.baseAddress, capacity, &count, $0)
        }
        initialized = status == CCODEC_OK ? count : 0
    }
    return profile.isEmpty ? nil : profile
}
