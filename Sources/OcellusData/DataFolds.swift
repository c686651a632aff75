import OcellusGraph

extension DataSplit {
    /// Divides a data set into folds for cross-validation, each class by itself and evenly; fold k of the result has fold k of the
    /// pictures for its test, the next fold for its validation, and the others for training. Every picture is in one test part.
    ///
    /// Identical files are in one fold, and so are pictures of a class that look alike, when they are given; those that stand in
    /// several classes are used for training only.
    /// - Parameters:
    ///   - count: how many folds, from 3.
    ///   - lookalikes: sets of places in `Dataset.samples` (``Dataset/lookalikes(in:threads:)``).
    /// - Throws: ``DatasetError/tooFewPictures(class:files:different:needed:)`` for a class that cannot give each fold one.
    public static func folds(
        _ dataset: Dataset, count: Int, lookalikes: [[Int]] = [], seed: UInt64
    ) throws -> [DataSplit] {
        let count = max(count, 3)
        let groups = PictureGroups(dataset, pool: Array(dataset.samples.indices), lookalikes: lookalikes, seed: seed)
        var folds = [Int?](repeating: nil, count: dataset.samples.count)
        // Pictures that cannot be divided evenly fall to another fold in each class.
        var sizes = [Int](repeating: 0, count: count)
        for (classIndex, found) in groups.byClass.enumerated() {
            let merged = groups.merged(found)
            let units = merged.count < count ? found : merged
            let pictures = units.reduce(0) { $0 + $1.count }
            guard pictures == 0 || units.count >= count else {
                throw DatasetError.tooFewPictures(
                    class: dataset.classes[classIndex], files: pictures, different: units.count, needed: count)
            }
            var ofClass = [Int](repeating: 0, count: count)
            // Large groups first, so that the small ones even out; among equals by rank.
            let sorted = units.map { (unit: $0, rank: groups.rank($0)) }.sorted { left, right in
                left.unit.count == right.unit.count ? left.rank < right.rank : left.unit.count > right.unit.count
            }
            for (unit, _) in sorted {
                let fold = ofClass.indices.min { (ofClass[$0], sizes[$0], $0) < (ofClass[$1], sizes[$1], $1) } ?? 0
                ofClass[fold] += unit.count
                sizes[fold] += unit.count
                for index in unit { folds[index] = fold }
            }
        }
        return (0..<count).map { fold in
            DataSplit(
                parts: folds.map { own in
                    switch own {
                    case fold: .test
                    case (fold + 1) % count: .validation
                    default: .train
                    }
                })
        }
    }
}
