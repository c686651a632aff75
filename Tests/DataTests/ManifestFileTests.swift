import Foundation
import OcellusData
import Testing

@Suite struct ManifestFileTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.writePictures(6, to: "photos")
    }

    private func dataset(_ text: String) throws -> Dataset {
        try folder.write(Array(text.utf8), to: "data.csv")
        return try Dataset(folder: folder.path + "/data.csv")
    }

    private func problems(_ text: String) throws -> [String] {
        do {
            _ = try dataset(text)
            return []
        } catch DatasetError.wrongLabels(let problems) {
            return problems.map { "\($0.line ?? 0): \($0.reason)" }
        }
    }

    @Test func `Files, classes and parts come from the table`() throws {
        let absolute = folder.path + "/photos/p3.png"
        let data = try dataset(
            "part,class,note,file\r\ntrain, b ,,photos/p0.png\r\ntrain,a,\"x,y\",photos/p1.png\r\nval,a,,photos/p2.png\r\n"
                + "test,b,,\(absolute)\r\n")
        #expect(data.classes == ["a", "b"] && data.isSplit)
        #expect(Set(data.samples.map(\.path)) == ["photos/p0.png", "photos/p1.png", "photos/p2.png", absolute])
        #expect(data.samples.first { $0.path == "photos/p2.png" }?.part == .validation)
        #expect(data.source == folder.path + "/data.csv" && data.folder == folder.path)
        #expect(data.file(of: data.samples[0]) == absolute)
        #expect(data.unreadable.isEmpty)
    }

    @Test func `What a split wrote is a file of labels`() throws {
        let listed = try dataset(
            "file,class\n" + (0..<6).map { "photos/p\($0).png,\($0 % 2 == 0 ? "even" : "odd")\n" }.joined())
        let split = try DataSplit(listed, seed: 3)
        try split.write(to: folder.path + "/split.csv", for: listed)
        let again = try Dataset(folder: folder.path + "/split.csv")
        #expect(again.samples.map(\.part) == split.parts && again.fingerprint == listed.fingerprint)
    }

    @Test func `Each wrong line is listed`() throws {
        #expect(
            try problems(
                "file,class,part\nphotos/p0.png,a,train\nphotos/p1.png,b\nphotos/p2.png,b,later\nphotos/p0.png,b,train\n"
                    + "gone.png,a,train\nphotos/p3.png,,train\nphotos/p4.png,b,\nphotos,b,train\n") == [
                    "3: it has 2 fields in place of 3", "4: the part “later” is none of train, validation and test",
                    "5: “photos/p0.png” is listed in line 2 already", "6: there is no file “gone.png”",
                    "7: it has no class",
                    "8: it has no part, the lines before have one", "9: there is no file “photos”",
                ])
        #expect(
            try problems("name,label\na,b\n").first?.hasPrefix("1: the first line must name the columns file, class")
                == true)
        #expect(throws: DatasetError.noPictures(folder: folder.path + "/data.csv")) { try dataset("file,class\n") }
        #expect(throws: DatasetError.notAFolder(folder.path + "/photos/p0.png")) {
            try Dataset(folder: folder.path + "/photos/p0.png")
        }
    }
}
