/// Finds pictures that are there more than once: the same bytes, the same pixels, or nearly the same look.
struct DuplicateCheck {
    private(set) var findings: [DatasetFinding] = []
    private let dataset: Dataset

    init(_ dataset: Dataset, _ traits: [PictureTraits?], threads: Int) {
        self.dataset = dataset
        var identical: [Int: Int] = [:]  // from a sample to the first one that is identical
        var firsts: [ContentKey: Int] = [:]
        var firstsByPixels: [UInt64: Int] = [:]
        for (index, sample) in dataset.samples.enumerated() {
            var first = firsts[sample.content]
            if first == nil, let pixels = traits[index]?.pixelHash { first = firstsByPixels[pixels] }
            let root = first ?? index
            firsts[sample.content] = root
            if let pixels = traits[index]?.pixelHash { firstsByPixels[pixels] = root }
            identical[index] = root
        }
        let same = Dictionary(grouping: dataset.samples.indices) { identical[$0] ?? $0 }.values
            .filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
        for group in same {
            let contents = Set(group.map { dataset.samples[$0].content })
            add(
                group, contents.count == 1 ? "identical files" : "identical pixels", .duplicateAcrossClasses,
                .duplicateAcrossParts, .duplicate)
        }
        for group in NearDuplicates.groups(traits.map { $0?.appearance.comparable }, threads: threads) {
            // Of identical pictures one speaks for all.
            guard Set(group.map { identical[$0] ?? $0 }).count > 1 else { continue }
            add(group, "look alike", .nearDuplicateAcrossClasses, .nearDuplicateAcrossParts, .nearDuplicate)
        }
    }

    private mutating func add(
        _ group: [Int], _ what: String, _ acrossClasses: DatasetFinding.Kind, _ acrossParts: DatasetFinding.Kind,
        _ otherwise: DatasetFinding.Kind
    ) {
        let classes = Set(group.map { dataset.samples[$0].classIndex }).sorted().map { dataset.classes[$0] }
        let parts = Part.allCases.filter { part in group.contains { dataset.samples[$0].part == part } }
        let paths = group.map { dataset.samples[$0].path }
        let place =
            (classes.count > 1 ? " in the classes \(classes.map(quoted).joined(separator: ", "))" : "")
            + (parts.count > 1 ? " in the parts \(parts.map(\.rawValue).joined(separator: ", "))" : "")
        findings.append(
            DatasetFinding(
                classes.count > 1 ? acrossClasses : parts.count > 1 ? acrossParts : otherwise, pictures: paths,
                what + place + ": " + paths.joined(separator: ", ")))
    }
}
