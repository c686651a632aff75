import Foundation
import OcellusData
import Testing

@Suite("The file of labels that a person gives")
struct LabelStoreTests {
    let folder: TemporaryFolder
    var path: String { folder.path + "/labels.csv" }

    init() throws {
        folder = try TemporaryFolder()
        try folder.writePictures(4, to: "in")
    }

    private func open(_ classes: [String]? = ["nut", "bolt"], part: Part? = nil) throws -> LabelStore {
        try LabelStore(path, classes: classes, part: part)
    }

    private func place(_ index: Int, _ store: LabelStore) -> String {
        store.place(of: "\(folder.path)/in/p\(index).png")
    }

    private func text(_ name: String = "labels.csv") throws -> String {
        try String(contentsOfFile: folder.path + "/" + name, encoding: .utf8)
    }

    private func write(_ text: String, to name: String = "labels.csv") throws {
        try folder.write(Array(text.utf8), to: name)
    }

    @Test("is one that a data set is read from")
    func dataset() throws {
        let store = try open()
        try store.set(.label("nut"), at: [place(0, store), place(1, store)])
        try store.set(.label("bolt"), at: [place(2, store)])
        #expect(try text() == "file,class,part\nin/p0.png,nut,\nin/p1.png,nut,\nin/p2.png,bolt,\n")
        let dataset = try Dataset(folder: path)
        #expect(dataset.classes == ["bolt", "nut"] && dataset.counts == [1, 2] && !dataset.isSplit)
    }

    @Test("is opened again with every mark, and changed and removed ones as they were last")
    func reopened() throws {
        var store: LabelStore? = try open()
        if let store {
            try store.set(.label("nut"), at: (0..<3).map { place($0, store) })
            try store.set(.label("bolt"), at: [place(1, store)])
            try store.set(.notSure, at: [place(2, store), place(3, store)])
            try store.set(nil, at: [place(0, store)])
            try store.set(.label("nut"), at: [place(3, store)])
        }
        store = nil
        let again = try open()
        #expect((0..<4).map { again.mark(at: place($0, again)) } == [nil, .label("bolt"), .notSure, .label("nut")])
        #expect(again.counts == [1, 1] && again.remarks.isEmpty)
        #expect(try text("labels.not-sure.csv") == "file\nin/p2.png\n")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 3, "nothing else is left behind")
    }

    @Test(
        "heals a last line that was cut off anywhere",
        arguments: [
            "in/p1.png,nut,", "in/p1.png,nut", "in/p1.png,", "in/p1.p", "\"in/p1", "in/p1.png,nut,tra",
            "\"in/p1\n.png\",nu",
            "\0\0\0\0",
        ])
    func torn(tail: String) throws {
        try write("file,class,part\nin/p0.png,bolt,\n" + tail)
        let store = try open()
        let isWhole = tail == "in/p1.png,nut,"
        #expect(store.mark(at: place(0, store)) == .label("bolt"))
        #expect(store.mark(at: place(1, store)) == (isWhole ? .label("nut") : nil))
        #expect(store.remarks.isEmpty == isWhole)
        try store.set(.label("nut"), at: [place(2, store)])
        let kept = isWhole ? "in/p1.png,nut,\n" : ""
        #expect(try text() == "file,class,part\nin/p0.png,bolt,\n" + kept + "in/p2.png,nut,\n")
        #expect(try Dataset(folder: path).samples.count == (isWhole ? 3 : 2))
    }

    @Test("keeps a person's last line without a line break, and tells what is wrong with it")
    func handWritten() throws {
        try write("file,class\nin/p0.png,nut\nin/p1.png,bolt")
        let store = try open()
        #expect(store.mark(at: place(1, store)) == .label("bolt"))
        try write("file,class\nin/p0.png,nut\nin/p1.png,screw", to: "other.csv")
        #expect(throws: DatasetError.self) {
            try LabelStore(folder.path + "/other.csv", classes: ["nut", "bolt"])
        }
        #expect(try text("other.csv").hasSuffix("in/p1.png,screw\n"))
    }

    @Test("begins anew where it was killed while it was made", arguments: ["", "file", "file,class,part"])
    func tornHeader(start: String) throws {
        try write(start)
        let store = try open()
        try store.set(.label("nut"), at: [place(0, store), place(0, store)])
        #expect(try text() == "file,class,part\nin/p0.png,nut,\n")
    }

    @Test("takes the start of a longer class's name for a line that was cut off")
    func ambiguous() throws {
        try write("file,class\nin/p0.png,nuts\nin/p1.png,nut")
        let store = try LabelStore(path, classes: ["nut", "nuts"])
        #expect(store.mark(at: place(1, store)) == nil && store.remarks.count == 1)
    }

    @Test("keeps other columns, other pictures' lines and the columns' order")
    func foreign() throws {
        try write("note,class,file\n\"by hand, twice\",nut,in/p0.png\n,bolt,elsewhere/x.png\n")
        let store = try open()
        try store.set(.label("bolt"), at: [place(0, store)])
        try store.set(.label("nut"), at: [place(1, store)])
        #expect(
            try text()
                == "note,class,file\n\"by hand, twice\",bolt,in/p0.png\n,bolt,elsewhere/x.png\n,nut,in/p1.png\n")
    }

    @Test("finds a picture by any of its names, and names links by themselves")
    func names() throws {
        try write("file,class\n./in/../in/p0.png,nut\n\(folder.path)/in/p1.png,bolt\n")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/in/link.png", withDestinationPath: folder.path + "/in/p0.png")
        let store = try open()
        #expect(store.mark(at: place(0, store)) == .label("nut") && store.mark(at: place(1, store)) == .label("bolt"))
        let link = store.place(of: folder.path + "/in/link.png")
        #expect(store.mark(at: link) == nil)
        try store.set(.label("bolt"), at: [link])
        #expect(try text().hasSuffix("in/link.png,bolt\n"))
    }

    @Test("may lie elsewhere than the pictures")
    func elsewhere() throws {
        try folder.makeFolder("out")
        let store = try LabelStore(folder.path + "/out/l.csv", classes: ["nut", "bolt"], part: .train)
        try store.set(.label("nut"), at: [place(0, store)])
        try store.set(.label("bolt"), at: [place(1, store)])
        #expect(try text("out/l.csv") == "file,class,part\n../in/p0.png,nut,train\n../in/p1.png,bolt,train\n")
        #expect(try Dataset(folder: folder.path + "/out/l.csv").isSplit)
    }

    @Test("is open once at a time")
    func locked() throws {
        let store = try open()
        #expect(throws: DatasetError.self) { try open() }
        try store.set(.label("nut"), at: [place(0, store)])
        try store.set(.label("bolt"), at: [place(0, store)])
        #expect(throws: DatasetError.self, "a new file in its place is locked too") { try open() }
    }

    @Test("is read again when another program has changed it")
    func changed() throws {
        let store = try open()
        try store.set(.label("nut"), at: [place(0, store)])
        #expect(try !store.refresh())
        try write(try text() + "in/p1.png,bolt,\n")
        #expect(try store.refresh())
        #expect(store.mark(at: place(1, store)) == .label("bolt"))
        try store.set(.label("nut"), at: [place(1, store)])
        #expect(try text() == "file,class,part\nin/p0.png,nut,\nin/p1.png,nut,\n")
        try write(try text() + "in/p2.png,screw,\n")
        for _ in 0..<2 { #expect(throws: DatasetError.self, "until it is mended") { try store.refresh() } }
        try write("file,class,part\nin/p2.png,bolt,\n")
        #expect(try store.refresh() && store.mark(at: place(2, store)) == .label("bolt"))
        #expect(store.mark(at: place(0, store)) == nil)
        try folder.remove("labels.csv")
        #expect(throws: DatasetError.self) { try store.refresh() }
    }

    @Test("names what is wrong with a file, with its lines")
    func wrong() throws {
        let cases: [(String, [String]?, Part?, String)] = [
            ("file,class\nin/p0.png,nut\nin/p0.png,bolt\n", ["nut", "bolt"], nil, "labels.csv:3"),
            ("file,class\nin/p0.png,screw\n", ["nut", "bolt"], nil, "“screw”"),
            ("file,class\nin/p0.png\n", ["nut", "bolt"], nil, "1 fields"),
            ("picture,label\n", ["nut", "bolt"], nil, "columns file and class"),
            ("file,class,part\nin/p0.png,nut,train\n", ["nut", "bolt"], nil, "--part"),
            ("file,class,part\nin/p0.png,nut,\n", ["nut", "bolt"], .train, "--part"),
            ("file,class\n", ["nut", "bolt"], .train, "--part"),
            ("file,class\nin/p0.png,nut\n", nil, nil, "does not have two classes"),
            ("file,class\n", ["nut"], nil, "two or more"),
            ("file,class\n", ["nut", "nut"], nil, "once"),
            ("file,class\n", ["nut", " bolt"], nil, "spaces"),
            ("file,class\n\"in/p0.png,nut\nin/p1.png,nut\n", ["nut", "bolt"], nil, ""),
        ]
        for (content, classes, part, expected) in cases {
            try write(content)
            do {
                let store = try open(classes, part: part)
                // An unclosed quotation mark is a line that was cut off.
                #expect(expected.isEmpty && store.remarks.count == 1, "\(content)")
            } catch {
                #expect("\(error)".contains(expected), "\(error)")
                #expect(try text() == content, "a file that is wrong stays as it is")
            }
        }
        #expect(throws: DatasetError.self) { try LabelStore(folder.path + "/labels.txt", classes: ["a", "b"]) }
        #expect(throws: DatasetError.self) { try LabelStore(folder.path + "/no/labels.csv", classes: ["a", "b"]) }
    }

    @Test("takes the model's classes and its own when none are given")
    func usual() throws {
        try write("file,class\nin/p0.png,screw\n")
        #expect(try LabelStore(path, classes: nil, usual: ["nut", "bolt"]).classes == ["nut", "bolt", "screw"])
    }
}
