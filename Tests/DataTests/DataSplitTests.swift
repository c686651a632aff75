import OcellusData
import Testing

@Suite struct DataSplitTests {
    @Test(arguments: [
        ("70/15/15", 3, [1, 1, 1]), ("70/15/15", 4, [2, 1, 1]), ("70/15/15", 10, [7, 2, 1]),
        ("70/15/15", 100, [70, 15, 15]), ("70/15/15", 137, [96, 21, 20]), ("70/15/15", 403, [282, 61, 60]),
        ("98/1/1", 5, [3, 1, 1]), ("1/1/98", 3, [1, 1, 1]), ("34/33/33", 50, [17, 17, 16]),
    ])
    func `Counts are exact by the largest remainder`(ratio: String, count: Int, expected: [Int]) throws {
        let counts = try SplitRatio(parsing: ratio).counts(of: count)
        #expect(Part.allCases.map { counts[$0] } == expected)
    }

    @Test(arguments: ["70/15", "70/15/15/0", "70,15,15", "80/20/0", "70/15/14", "a/b/c", "", "-5/100/5", "7e1/15/15"])
    func `A split that is not understood is an error`(text: String) {
        #expect(throws: DatasetError.self) { try SplitRatio(parsing: text) }
    }

    @Test func `Each class is divided in exact numbers`() throws {
        let folder = try classFolders([20, 33, 7])
        let dataset = try Dataset(folder: folder.path)
        let split = try DataSplit(dataset, seed: 1)
        #expect(split.counts(of: .train, in: dataset) == [14, 23, 5])
        #expect(split.counts(of: .validation, in: dataset) == [3, 5, 1])
        #expect(split.counts(of: .test, in: dataset) == [3, 5, 1])
        #expect(try DataSplit(dataset, seed: 1) == split)
        #expect(try DataSplit(dataset, seed: 2) != split)
        #expect(split.leaks(in: dataset).isEmpty)
    }

    @Test func `A part depends on the content, not on the name`() throws {
        let first = try classFolders([20, 20])
        let second = try TemporaryFolder()
        for name in ["class0", "class1"] {
            for index in 0..<20 {
                try second.write(
                    picture(seed: "\(name)/p\(index)").encodePNG(), to: "\(name)/renamed\(97 - index).png")
            }
        }
        func parts(_ folder: TemporaryFolder) throws -> [ContentKey: Part] {
            let dataset = try Dataset(folder: folder.path)
            let parts = try DataSplit(dataset, seed: 5).parts
            return Dictionary(uniqueKeysWithValues: zip(dataset.samples.map(\.content), parts.compactMap(\.self)))
        }
        #expect(try parts(first) == parts(second))
    }

    @Test func `An added file moves at most one at each boundary`() throws {
        let folder = try classFolders([40, 40])
        for seed in 0..<20 as Range<UInt64> {
            let before = try Dataset(folder: folder.path)
            let partsBefore = try DataSplit(before, seed: seed).parts
            try folder.write(picture(seed: "added\(seed)").encodePNG(), to: "class0/added.png")
            let after = try Dataset(folder: folder.path)
            let partsAfter = try DataSplit(after, seed: seed).parts
            let byPath = Dictionary(uniqueKeysWithValues: zip(after.samples.map(\.path), partsAfter))
            let moved = zip(before.samples, partsBefore).filter { byPath[$0.path] != $1 }
            #expect(moved.count <= 2)
            #expect(moved.allSatisfy { $0.0.classIndex == 0 })
            try folder.remove("class0/added.png")
        }
    }

    @Test func `Identical files are on one side`() throws {
        let folder = try classFolders([12, 12])
        for index in 0..<6 {
            let same = try picture(seed: "same\(index)").encodePNG()
            for copy in 0...index { try folder.write(same, to: "class0/same\(index)-\(copy).png") }
        }
        let both = try picture(seed: "both").encodePNG()
        for name in ["class0/both.png", "class1/both.png"] { try folder.write(both, to: name) }
        let dataset = try Dataset(folder: folder.path)
        let expected = try #require(SplitRatio.standard.counts(of: 34)[.test])
        for seed in 0..<50 as Range<UInt64> {
            let split = try DataSplit(dataset, seed: seed)
            #expect(split.leaks(in: dataset).isEmpty)
            #expect(split.unlisted.isEmpty)
            for (sample, part) in zip(dataset.samples, split.parts) where sample.path.hasSuffix("both.png") {
                #expect(part == .train)
            }
            #expect(split.counts(of: .test, in: dataset)[0] == expected)
        }
    }

    @Test func `Copies never leave a part empty`() throws {
        let folder = try classFolders([2, 3])
        let same = try picture(seed: "same").encodePNG()
        for copy in 0..<10 { try folder.write(same, to: "class0/same\(copy).png") }
        let dataset = try Dataset(folder: folder.path)
        for seed in 0..<20 as Range<UInt64> {
            let split = try DataSplit(dataset, seed: seed)
            for part in Part.allCases { #expect(split.counts(of: part, in: dataset).allSatisfy { $0 > 0 }) }
            #expect(split.leaks(in: dataset).isEmpty)
        }
    }

    @Test func `Too few different pictures are an error that says how many`() throws {
        let folder = try classFolders([5, 2])
        let dataset = try Dataset(folder: folder.path)
        let error = DatasetError.tooFewPictures(class: "class1", files: 2, different: 2, needed: 3)
        #expect(throws: error) { try DataSplit(dataset, seed: 0) }
        #expect(
            "\(error)" == "The class “class1” has 2 pictures; a split needs at least 3, one for each part. Add more.")
        let same = try picture(seed: "class1/p0").encodePNG()
        for copy in 0..<3 { try folder.write(same, to: "class1/copy\(copy).png") }
        let copied = try Dataset(folder: folder.path)
        #expect(throws: DatasetError.tooFewPictures(class: "class1", files: 5, different: 2, needed: 3)) {
            try DataSplit(copied, seed: 0)
        }
    }

    @Test func `Folders named after parts keep theirs, and a missing part is taken from training`() throws {
        let folder = try TemporaryFolder()
        for name in ["a", "b"] {
            try folder.writePictures(20, to: "train/\(name)")
            try folder.writePictures(5, to: "test/\(name)")
        }
        let dataset = try Dataset(folder: folder.path)
        let split = try DataSplit(dataset, seed: 3)
        #expect(split.counts(of: .test, in: dataset) == [5, 5])
        #expect(split.counts(of: .validation, in: dataset) == [4, 4])
        #expect(split.counts(of: .train, in: dataset) == [16, 16])
        for (sample, part) in zip(dataset.samples, split.parts) where sample.part == .test { #expect(part == .test) }
    }

    @Test func `Identical files in two given parts are told`() throws {
        let folder = try TemporaryFolder()
        for part in ["train", "val", "test"] {
            for name in ["a", "b"] { try folder.writePictures(2, to: "\(part)/\(name)") }
        }
        try folder.write(picture(seed: "train/a/p0").encodePNG(), to: "test/a/leak.png")
        let dataset = try Dataset(folder: folder.path)
        let leaks = try DataSplit(dataset, seed: 0).leaks(in: dataset)
        #expect(leaks.map { $0.samples.map { dataset.samples[$0].path } } == [["test/a/leak.png", "train/a/p0.png"]])
    }
}
