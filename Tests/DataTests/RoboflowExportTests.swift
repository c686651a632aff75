import Foundation
import OcellusData
import Testing

@Suite struct RoboflowExportTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Pictures `0.png` … in a part, and the table that says what they show.
    private func write(_ part: String, header: String = "filename, late, early", _ lines: [String]) throws {
        for (index, line) in lines.enumerated() {
            let name = line.prefix { $0 != "," }
            if !name.isEmpty, index < 9 { try folder.writePictures(1, to: part, name: "p\(index)-") }
        }
        try folder.write(Array((header + "\n" + lines.joined(separator: "\n") + "\n").utf8), to: part + "_classes.csv")
    }

    private func problems() -> [LabelProblem] {
        do {
            _ = try Dataset(folder: folder.path)
            return []
        } catch DatasetError.wrongLabels(let problems) {
            return problems
        } catch {
            Issue.record(error)
            return []
        }
    }

    @Test func `Each part has its table, and keeps its pictures`() throws {
        try write("train/", ["p0-0.png, 1, 0", "p1-0.png, 0, 1"])
        try write("valid/", header: "filename, early, late", ["p0-0.png, 1, 0"])
        try write("test/", ["p0-0.png,1,0"])
        try folder.writePictures(1, to: "train", name: "unlisted")
        let dataset = try Dataset(folder: folder.path)
        #expect(dataset.classes == ["early", "late"])
        #expect(
            dataset.samples.map(\.path) == ["test/p0-0.png", "train/p0-0.png", "train/p1-0.png", "valid/p0-0.png"])
        #expect(dataset.samples.map(\.classIndex) == [1, 1, 0, 0])
        #expect(dataset.samples.map(\.part) == [.test, .train, .train, .validation])
        #expect(dataset.ignored == ["train/unlisted0.png"])
        #expect(try DataSplit(dataset, seed: 0).parts == [.test, .train, .train, .validation])
        let model = try Dataset(folder: folder.path, classes: ["late", "other", "early"])
        #expect(model.samples.map(\.classIndex) == [0, 0, 2, 2])
    }

    @Test func `One folder with a table is not split`() throws {
        try write("", ["p0-0.png, 1, 0", "p1-0.png, 0, 1"])
        let dataset = try Dataset(folder: folder.path)
        #expect(dataset.samples.count == 2 && !dataset.isSplit)
    }

    @Test func `Every line that is wrong is named`() throws {
        try write(
            "train/",
            [
                "p0-0.png, 1, 1", "p1-0.png, 0, 0", "gone.png, 1, 0", "p3-0.png, 1", "p4-0.png, 1, x", "p5-0.png, 0, 1",
                "p5-0.png, 0, 1",
            ])
        try write("test/", header: "filename, late", ["p0-0.png, 1"])
        let table = folder.path + "/train/_classes.csv"
        let found = problems()
        #expect(found.prefix(6).map(\.file) == Array(repeating: table, count: 6))
        #expect(found.map(\.line) == [2, 3, 4, 5, 6, 8, 1])
        for (problem, words) in zip(
            found,
            [
                "“p0-0.png” has 2 labels: “late”, “early”", "“p1-0.png” has no label", "no file “train/gone.png”",
                "2 fields in place of 3", "“x” is neither 0 nor 1", "listed in line 7 already", "no column for “early”",
            ])
        { #expect(problem.reason.contains(words), "\(problem)") }
        #expect("\(DatasetError.wrongLabels(found))".contains(table + ":2: “p0-0.png” has 2 labels"))
    }

    @Test(arguments: ["", "file, a, b", "filename", "filename, a, a", "filename, a,", "filename,\"a"])
    func `A first line that is no list of classes is named`(_ header: String) throws {
        try write("train/", header: header, [])
        #expect(problems().map(\.line) == [1])
    }

    @Test func `A part without its table is an error that names it`() throws {
        try write("train/", ["p0-0.png, 1, 0", "p1-0.png, 0, 1"])
        try folder.writePictures(1, to: "test")
        #expect(throws: DatasetError.self) { try Dataset(folder: folder.path) }
    }
}
