import Foundation
import OcellusData
import OcellusImages
import Testing

@Suite struct DatasetCheckTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A picture with something in it: smooth blobs that depend on the text.
    private func scene(_ seed: String, side: Int = 96) -> RGBImage {
        picture(seed: seed, side: 7).resized(width: side, height: side)
    }

    private func write(_ image: RGBImage, to name: String) throws {
        try folder.write(name.hasSuffix(".jpg") ? image.encodeJPEG(quality: 70) : image.encodePNG(), to: name)
    }

    private func turned(_ image: RGBImage) -> RGBImage {
        var pixels: [UInt8] = []
        for y in 0..<image.width {
            for x in (0..<image.height).reversed() {
                let place = (x * image.width + y) * 3
                pixels += image.pixels[place..<place + 3]
            }
        }
        return RGBImage(width: image.height, height: image.width, pixels: pixels)
    }

    private func check() throws -> DatasetCheck { DatasetCheck(try Dataset(folder: folder.path)) }

    @Test func `Identical files, identical pixels and lookalikes are told apart, across classes and within`() throws {
        for index in 0..<20 { try write(scene("a\(index)"), to: "a/\(index).png") }
        for index in 0..<20 { try write(scene("b\(index)"), to: "b/\(index).png") }
        try write(scene("a0"), to: "b/copy.png")
        try folder.write(
            scene("a1").encodePNG() + [0, 0, 0], to: "a/pixels.png")  // other bytes after the end, the same picture
        try write(scene("a2"), to: "a/encoded.jpg")
        try write(scene("a3").resized(width: 50, height: 70), to: "b/small.png")
        try write(turned(scene("b4")), to: "b/turned.png")
        let found = try check().findings.map { "\($0.kind.rawValue) \($0.pictures.joined(separator: " "))" }
        #expect(
            found.filter { $0.contains("duplicate") } == [
                "duplicate-across-classes a/0.png b/copy.png", "duplicate a/1.png a/pixels.png",
                "near-duplicate-across-classes a/3.png b/small.png", "near-duplicate a/2.png a/encoded.jpg",
                "near-duplicate b/4.png b/turned.png",
            ])
    }

    @Test func `The same picture in two parts`() throws {
        for part in ["train", "test"] {
            for name in ["a", "b"] { try write(scene("\(part)\(name)"), to: "\(part)/\(name)/0.png") }
        }
        try write(scene("traina"), to: "test/a/1.png")
        #expect(
            try check().findings(.duplicateAcrossParts).map(\.pictures) == [["test/a/1.png", "train/a/0.png"]])
    }

    @Test func `Pictures that are not as most are`() throws {
        for index in 0..<60 { try write(scene("a\(index)"), to: "a/\(index).png") }
        for index in 0..<12 { try write(scene("b\(index)"), to: "b/\(index).png") }
        func changed(_ change: (UInt8) -> UInt8) -> RGBImage {
            RGBImage(width: 96, height: 96, pixels: scene("x").pixels.map(change))
        }
        try write(changed { $0 / 16 }, to: "b/dark.png")
        try write(changed { 240 + $0 / 16 }, to: "b/bright.png")
        try write(changed { 120 + $0 / 128 }, to: "b/empty.png")
        try write(picture(seed: "x", side: 2).resized(width: 300, height: 300), to: "b/blurred.png")
        try write(scene("y", side: 20), to: "b/small.png")
        try write(scene("z").resized(width: 240, height: 96), to: "b/wide.png")
        let grey = scene("w").pixels
        try write(
            RGBImage(width: 96, height: 96, pixels: grey.indices.map { grey[$0 / 3 * 3] }), to: "b/grey.png")
        try folder.write(scene("v").encodeJPEG(), to: "b/photo.png")
        try folder.write(Array("no picture".utf8), to: "b/broken.jpg")
        let check = try check()
        func pictures(_ kind: DatasetFinding.Kind) -> [String] { check.findings(kind).flatMap(\.pictures) }
        #expect(pictures(.tooDark) == ["b/dark.png"])
        #expect(pictures(.tooBright) == ["b/bright.png"])
        #expect(pictures(.nearlyEmpty) == ["b/empty.png"])
        #expect(pictures(.blurred).contains("b/blurred.png") && !pictures(.blurred).contains("b/0.png"))
        #expect(pictures(.tooSmall) == ["b/small.png"])
        #expect(pictures(.oddAspect) == ["b/wide.png"])
        #expect(pictures(.greyAmongColour).contains("b/grey.png"))
        #expect(pictures(.wrongExtension) == ["b/photo.png"])
        #expect(pictures(.unreadable) == ["b/broken.jpg"])
        #expect(check.findings(.fewPictures).map(\.message) == ["“b” has 21 pictures"])
        #expect(check.findings(.imbalance).isEmpty)
        #expect(check.findings.map(\.kind.severity).first == .error)
    }

    @Test func `A colour profile that is not sRGB's is told`() throws {
        // ISO 15076-1: a header of 128 bytes, then a table of tags; the description is in the first.
        let text = Array("desc\0\0\0\0\0\0\0\u{B}Display P3\0".utf8)
        var profile = [UInt8](repeating: 0, count: 128)
        profile.replaceSubrange(16..<20, with: "RGB ".utf8)
        profile.replaceSubrange(36..<40, with: "acsp".utf8)
        profile += [0, 0, 0, 1] + Array("desc".utf8) + [0, 0, 0, 144, 0, 0, 0, UInt8(text.count)] + text
        let segment = Array("ICC_PROFILE\0\u{1}\u{1}".utf8) + profile
        for name in ["a", "b"] {
            var jpeg = try scene(name).encodeJPEG()
            if name == "a" { jpeg.insert(contentsOf: [0xFF, 0xE2, 0, UInt8(segment.count + 2)] + segment, at: 2) }
            try folder.write(jpeg, to: "\(name)/0.jpg")
        }
        let check = try check()
        #expect(
            check.findings(.colorProfile).map(\.message) == [
                "a/0.jpg: its colour profile (Display P3) is not applied: colours are taken for sRGB"
            ])
    }

    @Test func `A second check knows the pictures, and a damaged cache does no harm`() throws {
        let cache = try TemporaryFolder()
        for name in ["a", "b"] {
            for index in 0..<3 { try write(scene("\(name)\(index)"), to: "\(name)/\(index).png") }
        }
        let dataset = try Dataset(folder: folder.path)
        let first = DatasetCheck(dataset, cacheFolder: cache.path)
        let second = DatasetCheck(dataset, cacheFolder: cache.path)
        #expect(first.knownCount == 0 && second.knownCount == 6 && first.traits == second.traits)
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: cache.path).first)
        try cache.write(Array("{".utf8), to: name)
        let third = DatasetCheck(dataset, cacheFolder: cache.path)
        #expect(third.knownCount == 0 && third.findings == first.findings)
        #expect(DatasetCheck(dataset, cacheFolder: cache.path).knownCount == 6)
    }

    @Test func `The report names what was found, and cannot be broken by names`() throws {
        for name in ["<b>x", "a & b"] {
            for index in 0..<3 { try write(scene("\(name)\(index)"), to: "\(name)/\(index).png") }
        }
        try write(scene("<b>x0"), to: "a & b/copy.png")
        let checked = try check()
        let html = CheckReport(checked).html
        #expect(html.contains("&lt;b&gt;x/0.png") && !html.contains("<b>x"))
        #expect(html.contains("a &amp; b/copy.png") && html.contains("data:image/jpeg;base64,"))
        #expect(!html.contains("http"))
    }

    @Test func `Pictures of a class that look alike stay on one side of a split`() throws {
        for name in ["a", "b"] {
            for index in 0..<20 { try write(scene("\(name)\(index)"), to: "\(name)/\(index).png") }
            for index in 0..<8 { try write(scene("\(name)\(index)"), to: "\(name)/\(index)-again.jpg") }
        }
        let dataset = try Dataset(folder: folder.path)
        let alike = try dataset.lookalikes(in: PictureCache(preprocessing: .guide(width: 64, height: 64)))
        #expect(alike.count == 16 && alike.allSatisfy { $0.count == 2 })
        for seed in 0..<5 {
            let split = try DataSplit(dataset, lookalikes: alike, seed: UInt64(seed))
            #expect(alike.allSatisfy { split.parts[$0[0]] == split.parts[$0[1]] })
            #expect(Part.allCases.map { split.indices(of: $0).count } == [40, 8, 8])
            #expect(try DataSplit(dataset, seed: UInt64(seed)) != split)
        }
        // A class of copies alone is divided all the same.
        let all = [Array(dataset.samples.indices)]
        #expect(try DataSplit(dataset, lookalikes: all, seed: 1) == DataSplit(dataset, seed: 1))
    }
}
