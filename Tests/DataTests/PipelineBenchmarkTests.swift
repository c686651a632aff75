import OcellusData
import OcellusImages
import Testing

@Suite struct PipelineBenchmarkTests {
    @Test(arguments: [(Augmentation.none, "normalize"), (.guide, "augment")])
    func `A small data set fills sixteen batches, and each stage took time`(
        augmentation: Augmentation, last: String
    ) throws {
        let folder = try classFolders([3, 2], side: 40)
        let result = try PipelineBenchmark(
            Dataset(folder: folder.path), preprocessing: .guide(width: 16, height: 12), augmentation: augmentation,
            batch: 4, threads: 2, seconds: 0.01)
        #expect(result.images == 65)
        #expect(result.passes >= 3)
        #expect(result.imagesPerSecond > 0)
        #expect((result.width, result.height, result.batch, result.threads) == (16, 12, 4, 2))
        #expect(result.isAugmented == !augmentation.isNone)
        #expect(result.stages.map(\.name) == ["read", "decode", "resize", last])
        #expect(result.stages.allSatisfy { $0.milliseconds > 0 })
    }

    @Test func `A picture that cannot be decoded is named`() throws {
        let folder = try classFolders([3, 2])
        try folder.write([0xFF, 0xD8, 0xFF, 0], to: "class0/broken.jpg")
        let error = #expect(throws: ImageError.self) {
            try PipelineBenchmark(Dataset(folder: folder.path), preprocessing: .guide(width: 8, height: 8), batch: 2)
        }
        #expect(error?.name.hasSuffix("class0/broken.jpg") == true)
    }
}
