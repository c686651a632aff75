import OcellusGraph

/// A data set's pictures in groups that stay together: identical files.
struct PictureGroups {
    /// The groups of each class, as places in `Dataset.samples`.
    private(set) var byClass: [[[Int]]]
    /// Pictures that stand in several classes.
    private(set) var ambiguous: [Int] = []

    private let dataset: Dataset
    private let lookalikes: [[Int]]
    private let seed: UInt64

    /// The groups of the pictures in `pool`.
    init(_ dataset: Dataset, pool: [Int], lookalikes: [[Int]], seed: UInt64) {
        self.dataset = dataset
        self.lookalikes = lookalikes
        self.seed = seed
        byClass = Array(repeating: [], count: dataset.classes.count)
        let inPool = Set(pool)
        let groups = dataset.groupedByContent().map { $0.filter(inPool.contains) }.filter { !$0.isEmpty }
        for group in groups {
            let classes = Set(group.map { dataset.samples[$0].classIndex })
            if classes.count > 1 {
                ambiguous += group
            } else if let only = classes.first {
                byClass[only].append(group)
            }
        }
    }

    /// The groups, those together that hold pictures of one set of lookalikes.
    func merged(_ groups: [[Int]]) -> [[Int]] {
        let places = Dictionary(
            groups.enumerated().flatMap { place, group in group.map { ($0, place) } },
            uniquingKeysWith: { first, _ in first })
        var sets = DisjointSets(count: groups.count)
        for pictures in lookalikes {
            let found = pictures.compactMap { places[$0] }
            for place in found.dropFirst() { sets.unite(found[0], place) }
        }
        return sets.sets.map { $0.flatMap { groups[$0] } }
    }

    /// A number that depends on the seed and the content alone.
    func rank(_ group: [Int]) -> (UInt64, UInt64) {
        group.map(rank).min { $0 < $1 } ?? (0, 0)
    }

    private func rank(_ index: Int) -> (UInt64, UInt64) {
        let content = dataset.samples[index].content
        let words = Philox(seed: seed).block(
            SIMD4(
                UInt32(truncatingIfNeeded: content.hash), UInt32(truncatingIfNeeded: content.hash >> 32),
                UInt32(truncatingIfNeeded: content.byteCount), Philox.Purpose.split.rawValue))
        return (UInt64(words[0]) | UInt64(words[1]) << 32, content.hash)
    }
}

extension Philox.Purpose {
    /// The ranks of pictures in a split.
    static let split = Philox.Purpose(rawValue: 5)
}
