/// A file's bytes, read with their end in mind.
struct LittleEndianBytes {
    private let bytes: UnsafeRawBufferPointer
    private let name: String

    /// - Parameter name: what errors call the file.
    init(_ bytes: UnsafeRawBufferPointer, name: String) {
        self.bytes = bytes
        self.name = name
    }

    func uint8(at offset: Int) throws(ImageError) -> UInt8 { try slice(from: offset, count: 1)[0] }

    func uint16(at offset: Int) throws(ImageError) -> UInt16 {
        UInt16(littleEndian: try slice(from: offset, count: 2).loadUnaligned(as: UInt16.self))
    }

    func uint32(at offset: Int) throws(ImageError) -> UInt32 {
        UInt32(littleEndian: try slice(from: offset, count: 4).loadUnaligned(as: UInt32.self))
    }

    /// Some of the bytes.
    /// - Throws: `ImageError` when the file ends before them.
    func slice(from offset: Int, count: Int) throws(ImageError) -> UnsafeRawBufferPointer {
        guard offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else {
            throw ImageError(name: name, reason: .truncated(.bmp))
        }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }

    func corrupt(_ reason: String) -> ImageError { ImageError(name: name, reason: .corrupt(.bmp, reason)) }
}
