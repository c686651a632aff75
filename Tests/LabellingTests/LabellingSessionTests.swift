import Foundation
import Ocellus
import OcellusLabelling
import Testing

@Suite("A labelling session")
struct LabellingSessionTests {
    let folder: TemporaryPictures
    let session: LabellingSession

    init() throws {
        folder = try TemporaryPictures(6)
        session = try LabellingSession(folder.settings)
    }

    private func seen(_ ids: Int...) throws -> [SeenPicture] {
        try ids.map { SeenPicture(id: $0, version: try session.picture($0).version) }
    }

    private func order() -> [Int] { session.next(99).map(\.id) }

    @Test("asks for pictures by name, and for skipped ones last, in their turn")
    func ordering() throws {
        #expect(order() == [0, 1, 2, 3, 4, 5])
        try session.skip([1], tab: "a")
        try session.skip([0], tab: "a")
        #expect(order() == [2, 3, 4, 5, 1, 0])
        _ = try session.mark(seen(2), as: .label("dark"), tab: "a")
        _ = try session.mark(seen(3), as: .notSure, tab: "a")
        #expect(order() == [4, 5, 1, 0])
        #expect(session.next(2, except: [4]).map(\.id) == [5, 1])
        let counts = session.counts
        #expect((counts.total, counts.labelled, counts.notSure, counts.left) == (6, 1, 1, 4))
        #expect(counts.classes == [1, 0])
    }

    @Test("has a label on the disk when it says that it took it")
    func written() throws {
        _ = try session.mark(seen(0, 2), as: .label("light"), tab: "a")
        #expect(folder.labels == "file,class,part\nin/p0.png,light,\nin/p2.png,light,\n")
    }

    @Test("tells a page that another one was quicker, and keeps what that one said")
    func conflict() throws {
        let old = try seen(0, 1)
        #expect(try session.mark(seen(0), as: .label("dark"), tab: "a") == [])
        #expect(try session.mark(old, as: .label("light"), tab: "b") == [0])
        #expect(try session.picture(0).label == 0 && session.picture(1).label == 1)
        #expect(folder.labels == "file,class,part\nin/p0.png,dark,\nin/p1.png,light,\n")
    }

    @Test("takes each page's own steps back, the last first, but nothing that another page has changed since")
    func undo() throws {
        _ = try session.mark(seen(0, 1), as: .label("dark"), tab: "a")
        _ = try session.mark(seen(1), as: .label("light"), tab: "b")
        _ = try session.mark(seen(2), as: .notSure, tab: "a")
        try session.skip([3], tab: "a")
        #expect(try session.undo(tab: "a").undone == [3])
        #expect(try !session.picture(3).isSkipped)
        #expect(try session.undo(tab: "a").undone == [2])
        let last = try session.undo(tab: "a")
        #expect(last.undone == [0] && last.refused == [1])
        #expect(folder.labels == "file,class,part\nin/p1.png,light,\n")
        #expect(throws: LabellingError.nothingToUndo) { try session.undo(tab: "a") }
        _ = try session.undo(tab: "b")
        #expect(try session.picture(1).label == 0, "as it was before the step of b")
    }

    @Test("tells what has changed since a version")
    func changes() throws {
        let before = session.version
        _ = try session.mark(seen(4), as: .label("dark"), tab: "a")
        #expect(session.changes(after: before).map(\.id) == [4])
        #expect(session.changes(after: session.version).isEmpty)
    }

    @Test("refuses numbers that are none, and classes that it does not have")
    func refusals() throws {
        #expect(throws: LabellingError.noSuchPicture(6, count: 6)) { try session.file(of: 6) }
        #expect(throws: LabellingError.noSuchPicture(-1, count: 6)) {
            try session.mark([SeenPicture(id: -1, version: 0)], as: nil, tab: "a")
        }
        #expect(throws: LabellingError.self) { try session.mark(seen(0), as: .label("grey"), tab: "a") }
        #expect(throws: LabellingError.noSuchClass(2, count: 2)) { try session.pictures(.labelled(2)) }
    }

    @Test("shows pictures by what they have in common, a page at a time")
    func filters() throws {
        _ = try session.mark(seen(0, 3), as: .label("dark"), tab: "a")
        _ = try session.mark(seen(4), as: .notSure, tab: "a")
        #expect(try session.pictures(.labelled(0)).pictures.map(\.id) == [0, 3])
        #expect(try session.pictures(.notSure).pictures.map(\.id) == [4])
        let page = try session.pictures(.left, offset: 1, count: 1)
        #expect(page.pictures.map(\.id) == [2] && page.total == 3)
    }

    @Test("goes on where it was, also after another program has added labels")
    func goesOn() throws {
        _ = try session.mark(seen(0), as: .label("dark"), tab: "a")
        try Data((folder.labels + "in/p5.png,light,\n").utf8).write(
            to: URL(fileURLWithPath: folder.path + "/labels.csv"))
        try session.refresh()
        #expect(order() == [1, 2, 3, 4])
        #expect(try session.picture(5).label == 1)
    }

    @Test("gives pictures as small JPEGs, and tells which cannot be read")
    func rendering() throws {
        let folder = try TemporaryPictures(2, broken: "a.jpg")
        let session = try LabellingSession(folder.settings)
        let small = try RGBImage.decode(session.jpeg(of: 1, side: 20), name: "small")
        #expect((small.width, small.height) == (20, 15))
        #expect(throws: ImageError.self) { try session.jpeg(of: 0, side: 20) }
        #expect(try session.picture(0).problem == "a.jpg is not a picture. Remove it, or convert it to JPEG or PNG.")
        #expect(session.next(9).map(\.id) == [1, 2])
        #expect(try session.pictures(.unreadable).pictures.map(\.id) == [0] && session.counts.unreadable == 1)
    }

    @Test("needs a folder with pictures in it")
    func folders() throws {
        #expect(throws: DatasetError.self) {
            try LabellingSession(LabellingSettings(folder: "/nowhere", classes: ["a", "b"]))
        }
        let empty = try TemporaryPictures(0)
        #expect(throws: DatasetError.self) { try LabellingSession(empty.settings) }
    }
}
