/// The 64-bit hash XXH64 with seed 0: finds damage at the speed of memory. It is no protection against someone who means
/// harm. See https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md.
package enum XXH64 {
    private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

    /// The hash of all of `bytes`.
    package static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var position = 0
        var hash: UInt64
        if bytes.count >= 32 {
            // Four lanes, 8 bytes each, so that four multiplications are under way at a time.
            var lane0 = prime1 &+ prime2
            var lane1 = prime2
            var lane2: UInt64 = 0
            var lane3 = 0 &- prime1
            while position <= bytes.count - 32 {
                lane0 = round(lane0, word(bytes, position))
                lane1 = round(lane1, word(bytes, position + 8))
                lane2 = round(lane2, word(bytes, position + 16))
                lane3 = round(lane3, word(bytes, position + 24))
                position += 32
            }
            hash =
                rotateLeft(lane0, 1) &+ rotateLeft(lane1, 7) &+ rotateLeft(lane2, 12) &+ rotateLeft(lane3, 18)
            for lane in [lane0, lane1, lane2, lane3] {
                hash = (hash ^ round(0, lane)) &* prime1 &+ prime4
            }
        } else {
            hash = prime5
        }
        hash = hash &+ UInt64(bytes.count)

        while position <= bytes.count - 8 {
            hash = rotateLeft(hash ^ round(0, word(bytes, position)), 27) &* prime1 &+ prime4
            position += 8
        }
        if position <= bytes.count - 4 {
            let half = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self))
            hash = rotateLeft(hash ^ (UInt64(half) &* prime1), 23) &* prime2 &+ prime3
            position += 4
        }
        while position < bytes.count {
            hash = rotateLeft(hash ^ (UInt64(bytes[position]) &* prime5), 11) &* prime1
            position += 1
        }

        hash = (hash ^ hash >> 33) &* prime2
        hash = (hash ^ hash >> 29) &* prime3
        return hash ^ hash >> 32
    }

    private static func round(_ lane: UInt64, _ input: UInt64) -> UInt64 {
        rotateLeft(lane &+ input &* prime2, 31) &* prime1
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ position: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
    }

    private static func rotateLeft(_ value: UInt64, _ count: UInt64) -> UInt64 {
        value << count | value >> (64 - count)
    }
}
