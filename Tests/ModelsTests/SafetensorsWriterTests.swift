import Foundation
import OcellusGraph
import OcellusModels
import Testing

@Suite struct SafetensorsWriterTests {
    @Test func whatIsWrittenIsReadBackBitForBit() throws {
        let folder = try TemporaryFolder()
        let special: [Float] = [
            0, -0.0, .infinity, -.infinity, .leastNonzeroMagnitude, Float(bitPattern: 0x7FC0_1234), 1 / 3,
        ]
        let tensors = [
            NamedTensor("special", [7], special), NamedTensor("scalar", [], [2]), NamedTensor("empty", [0, 3], []),
            NamedTensor("large", [40, 33], (0..<1320).map { Float($0).squareRoot() }),
            NamedTensor("quote \" \\ \u{1} ünï", [1], [4]),
        ]
        let metadata = ["format": "ocellus", "a \"b\"": "line\nline"]
        try SafetensorsWriter.write(tensors, metadata: metadata, to: folder.file("t"))
        let file = try SafetensorsFile(folder.file("t"))
        #expect(Set(file.names) == Set(tensors.map(\.name)))
        #expect(file.metadata == metadata)
        for tensor in tensors {
            #expect(try file.shape(of: tensor.name) == tensor.shape)
            #expect(try file.floats(of: tensor.name).map(\.bitPattern) == tensor.values.map(\.bitPattern))
        }
    }

    @Test func dataStartsOnA64ByteBoundaryAndSoDoTensorsOfSuchSizes() throws {
        let folder = try TemporaryFolder()
        for length in 1...70 {
            let tensors = [
                NamedTensor(String(repeating: "n", count: length), [3], [1, 2, 3]),
                NamedTensor("a", [16], .init(repeating: 1, count: 16)),
                NamedTensor("b", [4, 8], .init(repeating: 1, count: 32)),
            ]
            try SafetensorsWriter.write(tensors, to: folder.file("t"))
            let file = try SafetensorsFile(folder.file("t"))
            #expect(file.names == ["a", "b", tensors[0].name])
            for name in file.names {  // a mapping starts on a page's boundary
                #expect(try file.withUnsafeBytes(of: name) { Int(bitPattern: $0.baseAddress) % 64 } == 0)
            }
        }
    }

    @Test func whatCannotBeAFileIsRefusedAndTheOldOneStays() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([1, 2, 3], to: "t")
        expectError(saying: path, "'a'", "[2]", "3 elements") {
            try SafetensorsWriter.write([NamedTensor("a", [2], [1, 2, 3])], to: path)
        }
        expectError(saying: path, "'a'", "two") {
            try SafetensorsWriter.write([NamedTensor("a", [1], [1]), NamedTensor("a", [1], [1])], to: path)
        }
        expectError(saying: "__metadata__") {
            try SafetensorsWriter.write([NamedTensor("__metadata__", [1], [1])], to: path)
        }
        #expect(try readFile(path) == [1, 2, 3])
        #expect(try folder.names() == ["t"])
    }
}
