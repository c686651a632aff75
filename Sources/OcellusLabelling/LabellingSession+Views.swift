import Ocellus

/// One picture as a page shows it.
public struct PictureView: Sendable, Encodable, Equatable {
    /// Its number.
    public let id: Int
    /// Its path from the folder on.
    public let name: String
    /// Changes whenever something is said of it.
    public let version: Int
    /// The class's place, if it has a label.
    public let label: Int?
    /// Whether a person could not tell.
    public let isNotSure: Bool
    /// Whether it was put off.
    public let isSkipped: Bool
    /// Why it cannot be read.
    public let problem: String?
    /// What the model says, best first.
    public let suggestions: [Suggestion.Candidate]
}

/// How far the labelling has come.
public struct LabellingCounts: Sendable, Encodable, Equatable {
    /// All pictures.
    public var total = 0
    /// Those with a label.
    public var labelled = 0
    /// Those of which a person is not sure.
    public var notSure = 0
    /// Those that cannot be read and have no label.
    public var unreadable = 0
    /// Those that are left, skipped ones with them.
    public var left = 0
    /// Those that the model has looked at, of those that are left.
    public var suggested = 0
    /// Labels of each class.
    public var classes: [Int]
}

/// Which pictures a grid shows.
public enum PictureFilter: Sendable, Equatable {
    /// Those that are left, in the order in which they are asked for.
    case left
    /// Those that are left of which the model thinks that they show a class, the surest first.
    case suggested(Int)
    /// Those with a label.
    case labelled(Int)
    /// Those of which a person is not sure.
    case notSure
    /// Those that cannot be read.
    case unreadable
}

extension LabellingSession {
    /// The next pictures to ask for: those of which the model is least certain first, then those that it has not looked at, by
    /// name; skipped ones last.
    ///
    /// - Parameter exclude: pictures that are shown already.
    public func next(_ count: Int, except exclude: Set<Int> = []) -> [PictureView] {
        state.withLock { state in
            let ids = state.left().filter { !exclude.contains($0) }.prefix(max(0, count))
            return ids.map { view($0, state) }
        }
    }

    /// Pictures by what they have in common.
    ///
    /// - Returns: those of the page asked for, and how many there are in all.
    public func pictures(
        _ filter: PictureFilter, offset: Int = 0, count: Int = 24
    ) throws -> (pictures: [PictureView], total: Int) {
        if case .suggested(let place) = filter { try check(class: place) }
        if case .labelled(let place) = filter { try check(class: place) }
        return state.withLock { state in
            let ids = state.ids(filter, classes: classes)
            let page = ids.dropFirst(max(0, offset)).prefix(max(0, count))
            return (page.map { view($0, state) }, ids.count)
        }
    }

    /// One picture.
    public func picture(_ id: Int) throws -> PictureView {
        try check(id)
        return state.withLock { view(id, $0) }
    }

    /// The pictures of which something was said, or found out, after a version.
    public func changes(after version: Int, most: Int = 500) -> [PictureView] {
        state.withLock { state in
            guard state.version > version else { return [] }
            return state.pictures.indices.filter { state.pictures[$0].version > version }.prefix(most)
                .map { view($0, state) }
        }
    }

    /// The number of the last change.
    public var version: Int { state.withLock(\.version) }

    /// How far the labelling has come.
    public var counts: LabellingCounts {
        state.withLock { state in
            var counts = LabellingCounts(classes: [Int](repeating: 0, count: classes.count))
            counts.total = state.pictures.count
            for picture in state.pictures {
                switch picture.mark {
                case .label(let name):
                    counts.labelled += 1
                    if let place = classes.firstIndex(of: name) { counts.classes[place] += 1 }
                case .notSure: counts.notSure += 1
                case nil:
                    counts.unreadable += picture.problem == nil ? 0 : 1
                    counts.left += picture.problem == nil ? 1 : 0
                    counts.suggested += picture.problem == nil && picture.suggestion != nil ? 1 : 0
                }
            }
            return counts
        }
    }

    func check(class place: Int) throws {
        guard classes.indices.contains(place) else { throw LabellingError.noSuchClass(place, count: classes.count) }
    }

    private func view(_ id: Int, _ state: State) -> PictureView {
        let picture = state.pictures[id]
        var label: Int?
        if case .label(let name) = picture.mark { label = classes.firstIndex(of: name) }
        return PictureView(
            id: id, name: pictures[id], version: picture.version, label: label, isNotSure: picture.mark == .notSure,
            isSkipped: picture.isSkipped, problem: picture.problem, suggestions: picture.suggestion?.candidates ?? [])
    }
}

extension LabellingSession.State {
    /// The pictures that are left, in the order in which they are asked for.
    func left() -> [Int] {
        pictures.indices.filter { pictures[$0].mark == nil && pictures[$0].problem == nil }
            .map { (id: $0, skipped: pictures[$0].isSkipped, doubt: pictures[$0].suggestion?.uncertainty ?? -1) }
            .sorted { first, second in
                if first.skipped != second.skipped { return second.skipped }
                // Who skips a picture does not want it back at once: those wait for their turn, the first skipped first.
                if first.skipped { return pictures[first.id].version < pictures[second.id].version }
                return (second.doubt, first.id) < (first.doubt, second.id)
            }.map(\.id)
    }

    func ids(_ filter: PictureFilter, classes: [String]) -> [Int] {
        switch filter {
        case .left: left()
        case .suggested(let place):
            pictures.indices.filter {
                pictures[$0].mark == nil && pictures[$0].problem == nil
                    && pictures[$0].suggestion?.candidates.first?.class == place
            }.sorted {
                (pictures[$0].suggestion?.uncertainty ?? 1, $0) < (pictures[$1].suggestion?.uncertainty ?? 1, $1)
            }
        case .labelled(let place): pictures.indices.filter { pictures[$0].mark == .label(classes[place]) }
        case .notSure: pictures.indices.filter { pictures[$0].mark == .notSure }
        case .unreadable: pictures.indices.filter { pictures[$0].problem != nil }
        }
    }
}
