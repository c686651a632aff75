import Ocellus
import Synchronization

/// Pictures that one or several pages label at the same time. Safe to use from any thread.
///
/// Pictures are known by their number, from 0, in the order of their paths. Each has a version, which changes whenever something
/// is said of it: who says something gives the version that they saw, and is told when somebody else was quicker.
public final class LabellingSession: Sendable {
    /// The folder of pictures, as it was given.
    public let folder: String
    /// The pictures' paths from the folder on.
    public let pictures: [String]
    /// The classes.
    public let classes: [String]
    /// The file of labels.
    public let labelsPath: String
    /// What a person should know before they begin.
    public let remarks: [String]

    let state: Mutex<State>

    /// What is known of one picture.
    struct Picture {
        var mark: PictureMark?
        var version = 0
        var isSkipped = false
        /// Why it cannot be read.
        var problem: String?
        var suggestion: Suggestion?
        /// Whether it was read, or at least tried, for the present model.
        var isExamined = false
    }

    struct State {
        let store: LabelStore
        /// Where the store keeps each picture.
        let places: [String]
        var pictures: [Picture]
        var version = 0
        var histories: [String: [[Change]]] = [:]
        /// The tabs in the order of their last change.
        var tabs: [String] = []
        /// Counts the models that suggest; 0 for none.
        var generation = 0
    }

    /// What one step of a page did to one picture.
    struct Change {
        let picture: Int
        let before: PictureMark?
        let wasSkipped: Bool
        /// The picture's version after it.
        let version: Int
    }

    /// Lists the pictures and opens the file of labels, which is made if there is none.
    ///
    /// - Parameter modelClasses: the classes to take, with those of the file of labels, when the settings say none.
    /// - Throws: `DatasetError`.
    public init(_ settings: LabellingSettings, modelClasses: [String] = []) throws {
        folder = settings.folder
        pictures = try PictureListing.pictures(below: settings.folder)
        let output = settings.output ?? settings.folder + "/labels.csv"
        let store = try LabelStore(output, classes: settings.classes, usual: modelClasses, part: settings.part)
        self.classes = store.classes
        labelsPath = store.path
        let places = pictures.map { store.place(of: settings.folder + "/" + $0) }
        let known = Set(places)
        let elsewhere = store.markedPlaces.count { !known.contains($0) }
        remarks =
            store.remarks
            + (elsewhere == 0
                ? []
                : [
                    "\(elsewhere) \(elsewhere == 1 ? "line" : "lines") of \(store.path) are of pictures that are not in "
                        + "\(settings.folder) now; they stay as they are"
                ])
        let marks = places.map { Picture(mark: store.mark(at: $0)) }
        state = Mutex(State(store: store, places: places, pictures: marks))
    }

    /// The file of a picture.
    ///
    /// - Throws: ``LabellingError/noSuchPicture(_:count:)``.
    public func file(of picture: Int) throws -> String {
        try check(picture)
        return folder + "/" + pictures[picture]
    }

    /// Says what pictures show, or takes back what was said of them (nil). It is on the disk when this returns.
    ///
    /// - Parameters:
    ///   - seen: the pictures and the version of each that the person saw.
    ///   - tab: who says it: undo is theirs alone.
    /// - Returns: the pictures of which somebody else has said something since: nothing is said of those.
    /// - Throws: ``LabellingError``; `DatasetError` when it could not be written, and then nothing has changed.
    public func mark(_ seen: [SeenPicture], as mark: PictureMark?, tab: String) throws -> [Int] {
        for picture in seen { try check(picture.id) }
        if case .label(let name) = mark, !classes.contains(name) {
            throw LabellingError.noSuchClass(-1, count: classes.count)
        }
        return try state.withLock { state in
            try state.refresh()
            var taken: Set<Int> = []
            let fresh = seen.map(\.id).filter { id in
                seen.contains { $0.id == id && state.pictures[id].version == $0.version } && taken.insert(id).inserted
            }
            try state.store.set(mark, at: fresh.map { state.places[$0] })
            state.note(fresh, tab: tab) {
                $0.mark = mark
                $0.isSkipped = false
            }
            return seen.map(\.id).filter { !fresh.contains($0) }
        }
    }

    /// Puts pictures at the end of those that are left.
    public func skip(_ ids: [Int], tab: String) throws {
        for id in ids { try check(id) }
        state.withLock { $0.note(ids, tab: tab) { $0.isSkipped = true } }
    }

    /// Takes the last step of a page back.
    ///
    /// - Returns: the pictures that are as before it, and those that are not, because somebody has said something of them since.
    /// - Throws: ``LabellingError/nothingToUndo``; `DatasetError` when it could not be written.
    public func undo(tab: String) throws -> (undone: [Int], refused: [Int]) {
        try state.withLock { state in
            try state.refresh()
            guard let step = state.histories[tab]?.last else { throw LabellingError.nothingToUndo }
            let mine = step.filter { state.pictures[$0.picture].version == $0.version }
            for mark in Set(mine.map { MarkKey($0.before) }) {
                let changes = mine.filter { MarkKey($0.before) == mark }
                try state.store.set(changes[0].before, at: changes.map { state.places[$0.picture] })
                for change in changes {
                    state.version += 1
                    state.pictures[change.picture].mark = change.before
                    state.pictures[change.picture].isSkipped = change.wasSkipped
                    state.pictures[change.picture].version = state.version
                }
            }
            state.histories[tab]?.removeLast()
            return (mine.map(\.picture), step.map(\.picture).filter { id in !mine.contains { $0.picture == id } })
        }
    }

    /// Reads the file of labels again if another program has changed it.
    ///
    /// - Throws: `DatasetError` when it is gone, or wrong now; then nothing can be labelled until it is mended.
    public func refresh() throws { try state.withLock { try $0.refresh() } }

    /// Notes that a picture cannot be read, and why.
    func note(problem: String, of picture: Int) {
        state.withLock { state in
            guard state.pictures[picture].problem != problem else { return }
            state.version += 1
            state.pictures[picture].problem = problem
            state.pictures[picture].version = state.version
        }
    }

    func check(_ picture: Int) throws {
        guard pictures.indices.contains(picture) else {
            throw LabellingError.noSuchPicture(picture, count: pictures.count)
        }
    }
}

/// A picture in the version that a person saw.
public struct SeenPicture: Sendable, Codable, Equatable {
    /// Its number.
    public var id: Int
    /// Its version.
    public var version: Int

    /// A picture in a version.
    public init(id: Int, version: Int) {
        self.id = id
        self.version = version
    }
}

/// A mark as a key of a set.
private enum MarkKey: Hashable {
    case none, notSure
    case label(String)

    init(_ mark: PictureMark?) {
        switch mark {
        case nil: self = .none
        case .notSure: self = .notSure
        case .label(let name): self = .label(name)
        }
    }
}

extension LabellingSession.State {
    /// Steps of one page that can be undone, and pages that are remembered.
    private static let mostSteps = 1000
    private static let mostTabs = 100

    mutating func refresh() throws {
        guard try store.refresh() else { return }
        for id in pictures.indices where pictures[id].mark != store.mark(at: places[id]) {
            version += 1
            pictures[id].mark = store.mark(at: places[id])
            pictures[id].version = version
        }
    }

    /// Changes pictures as one step of a page.
    mutating func note(_ ids: [Int], tab: String, change: (inout LabellingSession.Picture) -> Void) {
        guard !ids.isEmpty else { return }
        var step: [LabellingSession.Change] = []
        for id in ids {
            let before = pictures[id]
            version += 1
            change(&pictures[id])
            pictures[id].version = version
            step.append(
                LabellingSession.Change(
                    picture: id, before: before.mark, wasSkipped: before.isSkipped, version: version))
        }
        tabs.removeAll { $0 == tab }
        tabs.append(tab)
        if tabs.count > Self.mostTabs { histories[tabs.removeFirst()] = nil }
        histories[tab, default: []].append(step)
        if histories[tab, default: []].count > Self.mostSteps { histories[tab]?.removeFirst() }
    }
}
