import Foundation
import OcellusModels
import Testing

/// `Golden/tensors.safetensors` was written by the reference implementation: see `Golden/make_tensors.py`.
@Suite struct SafetensorsFileTests {
    private func golden() throws -> SafetensorsFile {
        let url = try #require(Bundle.module.url(forResource: "Golden/tensors", withExtension: "safetensors"))
        return try SafetensorsFile(url.path)
    }

    @Test func readsNamesShapesAndMetadataOfTheReferenceImplementation() throws {
        let file = try golden()
        #expect(
            Set(file.names) == [
                "layer.weight", "half", "brain", "double", "long", "byte", "scalar", "empty", "ünï \"quoted\"\n",
            ])
        #expect(try file.shape(of: "layer.weight") == [2, 3])
        #expect(try file.shape(of: "scalar") == [])
        #expect(try file.shape(of: "empty") == [0, 4])
        #expect(try file.elementType(of: "long") == .int64)
        #expect(file.metadata == ["format": "np", "note": "tab\there"])
    }

    @Test func readsFloatsOfEveryFloatingPointType() throws {
        let file = try golden()
        #expect(try file.floats(of: "layer.weight") == (0..<6).map { Float($0) / 3 })
        #expect(try file.floats(of: "scalar") == [42])
        #expect(try file.floats(of: "empty") == [])
        #expect(try file.floats(of: "ünï \"quoted\"\n") == [1.5])
        #expect(try file.floats(of: "double") == [1 / 3, -.infinity])
        let half: [Float] = [
            0, -0.0, 1, -2.5, 65504, 0x1p-24, -0x1p-14, .infinity, 0x1.554p-2, 0x1.8p-19,
        ]
        #expect(try file.floats(of: "half").map(\.bitPattern) == half.map(\.bitPattern))
        let brain: [Float] = [0, -0.0, 1, -2.5, 0x1p16, 0x1p-24, -0x1p-14, .infinity, 0x1.56p-2, 0x1.8p-19]
        #expect(try file.floats(of: "brain").map(\.bitPattern) == brain.map(\.bitPattern))
    }

    @Test func givesBytesAsStored() throws {
        let file = try golden()
        #expect(try file.withUnsafeBytes(of: "byte", Array.init) == [7, 8, 9])
        #expect(
            try file.withUnsafeBytes(of: "long", Array.init)
                == [1, 0, 0, 0, 0, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
        let mapped = try file.withUnsafeFloats(of: "layer.weight", Array.init)
        #expect(try mapped == file.floats(of: "layer.weight"))
        #expect(try file.withUnsafeFloats(of: "half") { $0[3] } == -2.5)
    }

    @Test func saysWhatItHasNot() throws {
        let file = try golden()
        expectError(saying: "tensors.safetensors", "'weight'") { try file.floats(of: "weight") }
        expectError(saying: "'long'", "I64") { try file.floats(of: "long") }
    }

    @Test(arguments: [
        ("mobilenet_v2-imagenet", "classifier.1.weight", [1000, 1280]),
        ("squeezenet1_1-imagenet", "features.0.weight", [64, 3, 3, 3]),
    ]) func readsPublishedWeights(name: String, tensor: String, shape: [Int]) throws {
        let path = "../shared/data/weights/\(name).safetensors"
        guard FileManager.default.fileExists(atPath: path) else { return }  // not part of the project
        let file = try SafetensorsFile(path)
        #expect(try file.shape(of: tensor).dimensions == shape)
        for name in file.names {
            let values = try file.floats(of: name)
            #expect(try values.count == file.shape(of: name).count)
            #expect(values.allSatisfy { $0.isFinite })
        }
    }
}
