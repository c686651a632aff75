/// Files with the same bytes.
public struct DuplicateGroup: Sendable, Equatable {
    /// The samples' places in `Dataset.samples`, ascending; two or more.
    public let samples: [Int]
    /// The places of their classes, ascending; two or more mean that the same picture has several labels.
    public let classIndices: [Int]
}

extension Dataset {
    /// Every set of two or more files with the same bytes, in the order of their first files.
    ///
    /// A split keeps each on one side. One that stands in two classes (`classIndices.count > 1`) is a mistake in the
    /// labels that a person should look at.
    public var duplicates: [DuplicateGroup] {
        groupedByContent().filter { $0.count > 1 }.map { group in
            DuplicateGroup(samples: group, classIndices: Set(group.map { samples[$0].classIndex }).sorted())
        }
    }

    /// The samples' places, identical files together, in the order of their first files.
    func groupedByContent() -> [[Int]] {
        var places: [ContentKey: Int] = [:]
        var groups: [[Int]] = []
        for (index, sample) in samples.enumerated() {
            if let place = places[sample.content] {
                groups[place].append(index)
            } else {
                places[sample.content] = groups.count
                groups.append([index])
            }
        }
        return groups
    }
}
