import OcellusModels
import Testing

@Suite struct XXH64Tests {
    /// The hashes are those of Python's xxhash 4.1 for bytes (7 i + count) mod 256.
    @Test(arguments: [
        (0, 0xEF46DB3751D8E999),
        (1, 0x8A4127811B21E730),
        (3, 0x31D2363F52E564C9),
        (4, 0xB4D516AF63F9C743),
        (7, 0x2163DF11C0CDF8CD),
        (8, 0xD5474D6CA50DEF58),
        (12, 0xA4743D1733AF563B),
        (31, 0xC025B4C3C4880C7A),
        (32, 0x178AE25CEE6F7994),
        (33, 0x4072A28263E977EF),
        (63, 0x47948108B5FF3162),
        (64, 0xCF35552F599BA94D),
        (100, 0x3A7FDC0FEBF6F5DC),
        (1000, 0x958E6485B0AF5378),
    ]) func agreesWithTheReferenceImplementation(count: Int, expected: UInt64) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: 7 * $0 + count) }
        #expect(bytes.withUnsafeBytes(XXH64.hash) == expected)
    }
}
