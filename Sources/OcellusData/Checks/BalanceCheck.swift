/// Looks at the number of pictures of each class.
public struct BalanceCheck {
    /// What was found.
    public private(set) var findings: [DatasetFinding] = []

    /// A largest class of more than so many times the smallest one is told.
    static let mostRatio = 3.0
    /// Fewer pictures of a class than this are told.
    static let fewPictures = 50

    /// Looks at a data set.
    public init(_ dataset: Dataset) {
        let counts = dataset.counts
        if let largest = counts.indices.max(by: { counts[$0] < counts[$1] }),
            let smallest = counts.indices.min(by: { counts[$0] < counts[$1] }),
            Double(counts[largest]) > Self.mostRatio * Double(counts[smallest])
        {
            findings.append(
                DatasetFinding(
                    .imbalance,
                    "\(quoted(dataset.classes[largest])) has \(counts[largest]) pictures, "
                        + "\(quoted(dataset.classes[smallest])) has \(counts[smallest]): \(times(counts[largest], counts[smallest]))"
                ))
        }
        for (name, count) in zip(dataset.classes, counts) where count < Self.fewPictures {
            findings.append(
                DatasetFinding(.fewPictures, "\(quoted(name)) has \(count) \(count == 1 ? "picture" : "pictures")"))
        }
    }
}

/// As `4.3 times as many`.
private func times(_ count: Int, _ other: Int) -> String {
    let tenths = (10 * count + other / 2) / max(1, other)
    return "\(tenths / 10).\(tenths % 10) times as many"
}
