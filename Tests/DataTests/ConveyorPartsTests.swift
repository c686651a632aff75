import Foundation
import OcellusData
import OcellusImages
import Testing

@Suite struct ConveyorPartsTests {
    @Test func `It writes class folders that load, JPEG and PNG mixed`() throws {
        let folder = try TemporaryFolder()
        try ConveyorParts.write(to: folder.path + "/parts", imagesPerClass: 12, size: 32, seed: 4)
        let cache = PictureCache(preprocessing: try .guide(width: 32, height: 32))
        let dataset = try Dataset(folder: folder.path + "/parts").checked(filling: cache)
        #expect(dataset.classes == ["bolts", "nuts", "washers"])
        #expect(dataset.counts == [12, 12, 12])
        #expect(dataset.ignored.isEmpty && dataset.unreadable.isEmpty && dataset.duplicates.isEmpty)
        for ending in [".jpg", ".png"] { #expect(dataset.samples.contains { $0.path.hasSuffix(ending) }) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/parts").count == 3)
    }

    @Test func `The seed decides every byte, threads none`() throws {
        let folder = try TemporaryFolder()
        var fingerprints: [String] = []
        for (name, seed, threads) in [("a", 1, 1), ("b", 1, 3), ("c", 2, 2)] as [(String, UInt64, Int)] {
            try ConveyorParts.write(
                to: folder.path + "/" + name, imagesPerClass: 4, size: 24, seed: seed, threads: threads)
            fingerprints.append(try Dataset(folder: folder.path + "/" + name).fingerprint)
        }
        #expect(fingerprints[0] == fingerprints[1])
        #expect(fingerprints[0] != fingerprints[2])
    }

    @Test func `Nothing is overwritten`() throws {
        let folder = try TemporaryFolder()
        try folder.write([7], to: "nuts/mine.txt")
        #expect(throws: DatasetError.alreadyExists(folder.path + "/nuts")) {
            try ConveyorParts.write(to: folder.path, imagesPerClass: 1, size: 16)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["nuts"])
    }

    @Test func `A place that cannot be written and sizes that make no sense are errors`() throws {
        let folder = try TemporaryFolder()
        try folder.write([7], to: "file")
        #expect(throws: DatasetError.self) {
            try ConveyorParts.write(to: folder.path + "/file/below", imagesPerClass: 1, size: 16)
        }
        #expect(throws: DatasetError.self) { try ConveyorParts.write(to: folder.path, imagesPerClass: 0) }
        #expect(throws: DatasetError.self) { try ConveyorParts.write(to: folder.path, size: 8) }
    }

    @Test func `Pictures vary in brightness and show something`() {
        var means: [Double] = []
        for kind in ConveyorParts.Kind.allCases {
            for index in 0..<8 {
                let pixels = ConveyorParts.render(kind, index: index, size: 48, seed: 0).pixels.map(Double.init)
                let mean = pixels.reduce(0, +) / Double(pixels.count)
                let variance = pixels.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(pixels.count)
                #expect(variance > 30, "\(kind) \(index)")
                means.append(mean)
            }
        }
        #expect((means.max() ?? 0) - (means.min() ?? 0) > 60)
    }
}
