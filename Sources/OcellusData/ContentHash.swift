#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The 64-bit FNV-1a hash (draft-eastlake-fnv): quick, the same on every machine, not meant against an attacker.
package struct FNV1a {
    package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    package init() {}

    mutating func combine(_ bytes: some Sequence<UInt8>) {
        var hash = value
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        value = hash
    }

    package mutating func combine(_ bytes: UnsafeRawBufferPointer) {
        var hash = value
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        value = hash
    }
}

extension ContentKey {
    /// Hashes a file in pieces, so that its size does not matter.
    ///
    /// - Throws: ``DatasetError/unreadable(file:reason:)`` with the system's reason, or for an empty file.
    init(ofFile path: String) throws {
        let file = try openRegularFile(path)
        defer { fclose(file) }
        var hash = FNV1a()
        var total = 0
        let capacity = 1 << 16
        try withUnsafeTemporaryAllocation(byteCount: capacity, alignment: 16) { buffer in
            while true {
                let count = fread(buffer.baseAddress, 1, capacity, file)
                hash.combine(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                total += count
                if count == capacity { continue }
                if ferror(file) != 0 {
                    throw DatasetError.unreadable(file: path, reason: String(cString: strerror(errno)))
                }
                break
            }
        }
        if total == 0 { throw DatasetError.unreadable(file: path, reason: "the file is empty") }
        self.init(hash: hash.value, byteCount: total)
    }
}
