import OcellusGraph

/// Which part each picture of a data set belongs to.
///
/// The split is stratified: each class is divided by itself, in exact numbers (the largest remainders get the rest). Within
/// a class the pictures are ranked by a hash of the seed and their content, so a file's part does not depend on its name
/// or on the others' order, and an added file moves no more than the one or two files that stand at a boundary.
/// Identical files are always on one side, and so are pictures of a class that look alike, when they are given; those that stand in several classes are used for training only, since a picture
/// with two labels measures nothing.
public struct DataSplit: Sendable, Equatable {
    /// The part of each sample, in the order of `Dataset.samples`; nil for one that is left out.
    public let parts: [Part?]

    /// A split with the part of each sample, in the order of `Dataset.samples`.
    public init(parts: [Part?]) { self.parts = parts }

    /// The places in `Dataset.samples` of a part's pictures, ascending.
    public func indices(of part: Part) -> [Int] { parts.indices.filter { parts[$0] == part } }

    /// The places in `Dataset.samples` of the pictures that belong to no part.
    public var unlisted: [Int] { parts.indices.filter { parts[$0] == nil } }

    /// The number of pictures of each class in a part, in the classes' order.
    public func counts(of part: Part, in dataset: Dataset) -> [Int] {
        var counts = [Int](repeating: 0, count: dataset.classes.count)
        for index in indices(of: part) { counts[dataset.samples[index].classIndex] += 1 }
        return counts
    }

    /// Identical files on more than one side. There are none in a split made here; one that was given (by folders or by a
    /// file) is kept as it is, and these are to be shown as a warning.
    public func leaks(in dataset: Dataset) -> [DuplicateGroup] {
        dataset.duplicates.filter { Set($0.samples.compactMap { parts[$0] }).count > 1 }
    }

    /// Divides a data set; one that comes in parts (`train/`, `validation/`, `test/`) keeps them, and a part it lacks is
    /// taken from its training part in the proportion that the ratio gives these two.
    ///
    /// - Parameters:
    ///   - lookalikes: sets of places in `Dataset.samples` (``Dataset/lookalikes(in:threads:)``). Those of one class stay on one
    ///     side, as identical files do, unless that leaves the class too few for its parts.
    /// - Throws: ``DatasetError/tooFewPictures(class:files:different:needed:)`` for a class that cannot give each part one.
    public init(
        _ dataset: Dataset, ratio: SplitRatio = .standard, lookalikes: [[Int]] = [], seed: UInt64
    ) throws {
        var parts = dataset.samples.map(\.part)
        var divided = Part.allCases
        var pool = Array(dataset.samples.indices)
        if dataset.isSplit {
            divided = [.train] + [.validation, .test].filter { part in !parts.contains(part) }
            pool = parts.indices.filter { parts[$0] == .train }
        }
        if divided.count > 1 {
            var divider = Divider(
                dataset: dataset, ratio: ratio, parts: divided, lookalikes: lookalikes, seed: seed)
            for (index, part) in try divider.divide(pool) { parts[index] = part }
        }
        self.parts = parts
    }
}

/// Divides the pictures of each class among parts.
private struct Divider {
    let dataset: Dataset
    let ratio: SplitRatio
    let parts: [Part]
    let lookalikes: [[Int]]
    let seed: UInt64
    private var assigned: [Int: Part] = [:]

    init(dataset: Dataset, ratio: SplitRatio, parts: [Part], lookalikes: [[Int]], seed: UInt64) {
        self.dataset = dataset
        self.ratio = ratio
        self.parts = parts
        self.lookalikes = lookalikes
        self.seed = seed
    }

    mutating func divide(_ pool: [Int]) throws -> [Int: Part] {
        let pictures = PictureGroups(dataset, pool: pool, lookalikes: lookalikes, seed: seed)
        var ambiguous = [Int](repeating: 0, count: dataset.classes.count)
        for index in pictures.ambiguous {
            assigned[index] = .train
            ambiguous[dataset.samples[index].classIndex] += 1
        }
        for (classIndex, groups) in pictures.byClass.enumerated() {
            let merged = pictures.merged(groups)
            try divide(
                merged.count < parts.count ? groups : merged, ofClass: classIndex,
                alreadyTrained: ambiguous[classIndex],
                rank: pictures.rank)
        }
        return assigned
    }

    /// Fills the small parts first, in the order of the ranks; a group that does not fit goes where most room is left.
    private mutating func divide(
        _ groups: [[Int]], ofClass classIndex: Int, alreadyTrained: Int, rank: ([Int]) -> (UInt64, UInt64)
    ) throws {
        let count = groups.reduce(alreadyTrained) { $0 + $1.count }
        guard count > 0 else { return }
        let different = groups.count + (alreadyTrained > 0 ? 1 : 0)
        guard different >= parts.count else {
            throw DatasetError.tooFewPictures(
                class: dataset.classes[classIndex], files: count, different: groups.count, needed: parts.count)
        }
        var room = ratio.counts(of: count, among: parts)
        room[.train, default: 0] -= alreadyTrained
        var members: [Part: [[Int]]] = [:]
        for group in groups.sorted(by: { rank($0) < rank($1) }) {
            let fitting = parts.reversed().first { room[$0, default: 0] >= group.count }
            let part = fitting ?? parts.max { room[$0, default: 0] < room[$1, default: 0] } ?? .train
            room[part, default: 0] -= group.count
            members[part, default: []].append(group)
        }
        // Groups of identical files can leave a part empty: it gets the last of the part that has most.
        for part in parts where members[part, default: []].isEmpty && !(part == .train && alreadyTrained > 0) {
            guard let donor = parts.max(by: { members[$0, default: []].count < members[$1, default: []].count }),
                let group = members[donor]?.popLast()
            else { continue }
            members[part] = [group]
        }
        for (part, groups) in members {
            for index in groups.joined() { assigned[index] = part }
        }
    }
}
