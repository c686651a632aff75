import Foundation
import OcellusGraph
import OcellusModels
import Testing

@Suite struct SafetensorsCorruptionTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func open(_ bytes: [UInt8]) throws -> SafetensorsFile {
        try SafetensorsFile(try folder.write(bytes, to: "x.safetensors"))
    }

    private func written() throws -> [UInt8] {
        let path = folder.file("whole.safetensors")
        try SafetensorsWriter.write(
            [NamedTensor("weight", [16, 3], [Float](repeating: 1, count: 48)), NamedTensor("bias", [3], [1, 2, 3])],
            metadata: ["format": "ocellus"], to: path)
        return try readFile(path)
    }

    @Test func namesAFileThatIsMissingOrNone() throws {
        expectError(saying: folder.file("no"), "No such file") { try SafetensorsFile(folder.file("no")) }
        expectError(saying: folder.path, "not a file") { try SafetensorsFile(folder.path) }
    }

    @Test func aFileCutAnywhereIsSaidToBeCut() throws {
        let whole = try written()
        for count in whole.indices {
            expectError(saying: "x.safetensors", "cut off") { try open(Array(whole[..<count])) }
        }
    }

    @Test func bytesAfterTheLastTensorAreRefused() throws {
        expectError(saying: "4 bytes follow") { try open(try written() + [0, 0, 0, 0]) }
    }

    @Test func aFlippedByteNeverCrashes() throws {
        let whole = try written()
        let headerEnd = 8 + whole[0..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        var random = PhiloxSequence(seed: 1, purpose: .init(rawValue: 99))
        var (done, refused) = (0, 0)
        // OCELLUS_FUZZ_SECONDS=600 goes on for so long.
        let seconds = ProcessInfo.processInfo.environment["OCELLUS_FUZZ_SECONDS"].flatMap(Double.init) ?? 0
        let end = ContinuousClock.now + .seconds(seconds)
        while done < 1500 || ContinuousClock.now < end {
            done += 1
            var bytes = whole
            for _ in 0...Int(random.nextWord() % 3) {
                bytes[Int(random.nextWord()) % headerEnd] = UInt8(truncatingIfNeeded: random.nextWord())
            }
            do {
                let file = try open(bytes)
                for name in file.names { _ = try? file.floats(of: name) }
            } catch is ModelError {
                refused += 1
            }
        }
        #expect(refused > done / 2)  // the rest changed a name, a blank or the metadata
        if seconds > 0 { print("safetensors: \(done) files, \(done - refused) of them read") }
    }

    /// A header, and the words of the error that it must cause. Each has 12 bytes of data.
    static let headers: [(header: String, words: [String])] = [
        ("[]", ["does not start with '{'"]),
        ("{", ["does not start"]),
        ("{}", ["12 bytes follow"]),
        ("{}x", ["something follows"]),
        (entry("a", "F32", "[3]", "[0,12]") + "{}", ["something follows"]),
        ("{\"a\"", ["':' is expected"]),
        ("{\"a", ["does not end"]),
        ("{\"a\\q\":1}", ["escape"]),
        ("{\"\\ud800\":1}", ["surrogate"]),
        ("{\"a\":{}}", ["'a'", "lacks"]),
        ("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", ["'a'", "'dtype' twice"]),
        ("{\"a\":{\"type\":\"F32\"}}", ["'a'", "'type'", "not known"]),
        (entry("a", "F32", "[3]", "[0]"), ["'a'", "lacks"]),
        (entry("a", "F32", "[-3]", "[0,12]"), ["whole number"]),
        (entry("a", "F32", "[3.0]", "[0,12]"), ["expected"]),
        (entry("a", "F32", "[03]", "[0,12]"), ["whole number"]),
        (entry("a", "F32", "[99999999999999999999]", "[0,12]"), ["too large"]),
        (entry("a", "F9", "[3]", "[0,12]"), ["'a'", "'F9'", "not supported"]),
        (entry("a", "F32", "[4]", "[0,12]"), ["'a'", "[4]", "16 bytes"]),
        (entry("a", "F32", "[3]", "[12,0]"), ["'a'", "[12, 0]"]),
        (entry("a", "F32", "[3]", "[12,24]"), ["12 bytes before", "'a'"]),
        (entry("a", "F32", "[30]", "[0,120]"), ["cut off", "'a'"]),
        (entry("a", "F32", "[4611686018427387904,4]", "[0,0]"), ["'a'", "absurd"]),
        (entry("a", "F32", "[0,4611686018427387904,4]", "[0,0]"), ["'a'", "absurd"]),
        (entry("a", "U8", "[9223372036854775807]", "[0,9223372036854775807]"), ["'a'", "beyond any file"]),
        (entry("a", "F32", "[2]", "[0,8]", "b", "F32", "[2]", "[4,12]"), ["'a'", "'b'", "overlap"]),
        (entry("a", "F32", "[3]", "[0,12]", "b", "F32", "[3]", "[0,12]"), ["overlap"]),
        (entry("a", "F32", "[1]", "[0,4]", "b", "F32", "[1]", "[8,12]"), ["4 bytes before", "'b'"]),
        (entry("a", "F32", "[1]", "[0,4]", "a", "F32", "[2]", "[4,12]"), ["'a' twice"]),
        (entry("a", "F32", "[1]", "[0,4]", "\\u0061", "F32", "[2]", "[4,12]"), ["'a' twice"]),
        ("{\"__metadata__\":{\"a\":1}}", ["expected"]),
        ("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", ["'a' twice"]),
        ("{\"a\":" + String(repeating: "[", count: 100_000), ["expected"]),
    ]

    private static func entry(_ parts: String...) -> String {
        let entries = stride(from: 0, to: parts.count, by: 4).map { first in
            "\"\(parts[first])\":{\"dtype\":\"\(parts[first + 1])\",\"shape\":\(parts[first + 2]),"
                + "\"data_offsets\":\(parts[first + 3])}"
        }
        return "{\(entries.joined(separator: ","))}"
    }

    @Test(arguments: headers.indices) func aDamagedHeaderIsAClearError(index: Int) throws {
        let (header, words) = Self.headers[index]
        let bytes = safetensors(header: header, dataByteCount: 12)
        for word in words { expectError(saying: "x.safetensors", word) { try open(bytes) } }
    }

    @Test(arguments: [UInt64.max, 1 << 63, 100_000_001, 1000]) func anAbsurdHeaderLengthIsRefused(length: UInt64) throws
    {
        var bytes = safetensors(header: "{}")
        withUnsafeBytes(of: length.littleEndian) { bytes.replaceSubrange(0..<8, with: $0) }
        expectError(saying: "x.safetensors", "header") { try open(bytes) }
    }

    @Test func aHeaderThatIsNotUTF8IsRefused() throws {
        var bytes = safetensors(header: "{\"a\":{}}")
        bytes[10] = 0xFF
        expectError(saying: "UTF-8") { try open(bytes) }
    }

    @Test func tensorsInAnotherOrderOfNamesAreRead() throws {
        let header =
            "{\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]} ,\n"
            + "\"a\":{\"data_offsets\":[0,4],\"shape\":[1],\"dtype\":\"F32\"}}  "
        #expect(try open(safetensors(header: header, dataByteCount: 8)).names == ["a", "b"])
    }
}
