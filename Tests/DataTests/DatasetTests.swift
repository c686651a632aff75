import Foundation
import OcellusData
import OcellusImages
import Testing

@Suite struct DatasetTests {
    @Test func `Pictures of every format are listed by the ends of their names`() throws {
        let folder = try TemporaryFolder()
        let endings = ImageFormat.allCases.flatMap(\.fileExtensions)
        #expect(Set(endings).isSuperset(of: ["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff"]))
        for ending in endings {
            try folder.write(picture(seed: ending).encodePNG(), to: "a/x.\(ending)")
            try folder.write(picture(seed: ending + "b").encodePNG(), to: "b/x.\(ending.uppercased())")
        }
        try folder.write([0], to: "a/x.heic")
        let dataset = try Dataset(folder: folder.path)
        #expect(dataset.samples.count == 2 * endings.count)
        #expect(dataset.ignored == ["a/x.heic"])
    }

    @Test func `Class folders give sorted classes and samples`() throws {
        let folder = try TemporaryFolder()
        try folder.writePictures(2, to: "zebra")
        try folder.writePictures(1, to: "Äpfel")
        try folder.writePictures(1, to: "ant/deep/er")
        try folder.write(picture(seed: "upper").encodeJPEG(), to: "ant/UPPER.JPG")
        try folder.write([1], to: "ant/.hidden.jpg")
        try folder.write([1], to: ".cache/x.png")
        try folder.write([1], to: "ant/notes.txt")
        try folder.write([1], to: "README.md")
        let dataset = try Dataset(folder: folder.path)
        #expect(dataset.classes == ["ant", "zebra", "Äpfel"])
        #expect(
            dataset.samples.map(\.path) == [
                "ant/UPPER.JPG", "ant/deep/er/p0.png", "zebra/p0.png", "zebra/p1.png", "Äpfel/p0.png",
            ])
        #expect(dataset.samples.map(\.classIndex) == [0, 0, 1, 1, 2])
        #expect(dataset.counts == [2, 2, 1])
        #expect(dataset.ignored == ["README.md", "ant/notes.txt"])
        #expect(!dataset.isSplit)
    }

    @Test(arguments: ["val", "valid", "validation", "Validation"])
    func `Folders named after parts give the samples' parts`(validation: String) throws {
        let folder = try TemporaryFolder()
        for part in ["train", validation, "test"] {
            for name in ["a", "b"] { try folder.writePictures(2, to: "\(part)/\(name)") }
        }
        let dataset = try Dataset(folder: folder.path)
        #expect(dataset.classes == ["a", "b"])
        #expect(dataset.isSplit)
        for part in Part.allCases { #expect(dataset.samples.count { $0.part == part } == 4) }
    }

    @Test func `A folder named train among other classes is a class`() throws {
        let folder = try TemporaryFolder()
        for name in ["train", "bus", "car"] { try folder.writePictures(1, to: name) }
        let dataset = try Dataset(folder: folder.path)
        #expect(dataset.classes == ["bus", "car", "train"])
        #expect(!dataset.isSplit)
    }

    @Test func `Links that form a ring are entered once`() throws {
        let folder = try classFolders([1, 1])
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/class0/again", withDestinationPath: folder.path + "/class0")
        #expect(try Dataset(folder: folder.path).samples.count == 2)
    }

    @Test func `The fingerprint changes with names, contents and classes only`() throws {
        let folder = try classFolders([3, 3])
        let first = try Dataset(folder: folder.path).fingerprint
        #expect(first.count == 16)
        #expect(try Dataset(folder: folder.path + "/", threads: 1).fingerprint == first)
        try folder.write([0], to: "class0/notes.txt")
        #expect(try Dataset(folder: folder.path).fingerprint == first)
        try folder.write(picture(seed: "other").encodePNG(), to: "class0/p0.png")
        #expect(try Dataset(folder: folder.path).fingerprint != first)
        try folder.write(picture(seed: "class0/p0").encodePNG(), to: "class0/p0.png")
        #expect(try Dataset(folder: folder.path).fingerprint == first)
        try FileManager.default.moveItem(
            atPath: folder.path + "/class0/p0.png", toPath: folder.path + "/class1/p9.png")
        #expect(try Dataset(folder: folder.path).fingerprint != first)
    }

    @Test func `Identical files are grouped, and those in two classes are told`() throws {
        let folder = try classFolders([3, 3])
        let same = try picture(seed: "same").encodePNG()
        for name in ["class0/x.png", "class0/y.png", "class1/z.png"] { try folder.write(same, to: name) }
        let dataset = try Dataset(folder: folder.path)
        let duplicates = dataset.duplicates
        #expect(duplicates.count == 1)
        #expect(
            duplicates.first?.samples.map { dataset.samples[$0].path } == [
                "class0/x.png", "class0/y.png", "class1/z.png",
            ])
        #expect(duplicates.first?.classIndices == [0, 1])
    }

    @Test func `Unreadable pictures are listed and left out`() throws {
        let folder = try classFolders([3, 3])
        let whole = try picture(seed: "whole", side: 40).encodeJPEG()
        try folder.write([], to: "class0/empty.jpg")
        try folder.write(Array("no picture".utf8), to: "class0/text.png")
        try folder.write(Array(whole.prefix(whole.count / 2)), to: "class1/cut.jpg")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/class1/dangling.png", withDestinationPath: "/nowhere/at/all")
        #expect(mkfifo(folder.path + "/class1/pipe.png", 0o600) == 0)
        let listed = try Dataset(folder: folder.path)
        #expect(listed.unreadable.map(\.path) == ["class0/empty.jpg", "class1/dangling.png", "class1/pipe.png"])
        let cache = PictureCache(preprocessing: try .guide(width: 4, height: 4))
        let dataset = try listed.checked(filling: cache)
        #expect(dataset.samples.count == 6)
        #expect(
            dataset.unreadable.map(\.path) == [
                "class0/empty.jpg", "class0/text.png", "class1/cut.jpg", "class1/dangling.png", "class1/pipe.png",
            ])
        for file in dataset.unreadable { #expect(file.description.contains(file.path)) }
        #expect(cache.count == 6)
        let decoded = cache.decodedCount
        _ = try dataset.checked(filling: cache)
        #expect(cache.decodedCount == decoded)
    }

    @Test func `Given classes set the labels, and may have no pictures`() throws {
        let folder = try classFolders([1, 2])
        let dataset = try Dataset(folder: folder.path, classes: ["other", "class1", "class0"])
        #expect(dataset.classes == ["other", "class1", "class0"])
        #expect(dataset.samples.map(\.classIndex) == [2, 1, 1])
        #expect(throws: DatasetError.unknownClass(name: "class1", folder: folder.path, known: ["class0"])) {
            try Dataset(folder: folder.path, classes: ["class0"])
        }
    }
}
