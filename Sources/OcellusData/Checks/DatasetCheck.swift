import FoundationEssentials
import OcellusImages

/// What is wrong with a data set, as far as a machine can see.
///
/// ```swift
/// let check = try DatasetCheck(Dataset(folder: "photos"))
/// for finding in check.findings { print(finding.message) }
/// ```
public struct DatasetCheck: Sendable {
    /// What was checked.
    public let dataset: Dataset
    /// What each sample was found to be; nil for those that cannot be decoded.
    public let traits: [PictureTraits?]
    /// What was found, the worst first.
    public private(set) var findings: [DatasetFinding]
    /// How many pictures had been decoded by an earlier check.
    public let knownCount: Int

    /// Looks at every picture. Every file is decoded once, unless it was in an earlier check.
    ///
    /// - Parameters:
    ///   - cacheFolder: where it is kept what pictures were found to be; nil to keep nothing.
    ///   - threads: how many threads decode; by default one a core.
    ///   - progress: called with the number of pictures done, from any thread.
    public init(
        _ dataset: Dataset, cacheFolder: String? = nil, threads: Int? = nil,
        progress: (@Sendable (Int) -> Void)? = nil
    ) {
        let threads = threads ?? availableCores()
        let cache = TraitsCache(folder: cacheFolder, source: dataset.source)
        let done = Counter()
        let looked = parallelMap(count: dataset.samples.count, threads: threads) { index in
            defer { if let progress { progress(done.increment()) } }
            let sample = dataset.samples[index]
            return Result<PictureTraits, any Error> {
                if let known = cache[sample.content] { return known }
                let path = dataset.file(of: sample)
                return try PictureTraits(readFile(path), name: sample.path)
            }
        }
        self.dataset = dataset
        traits = looked.map { try? $0.get() }
        knownCount = dataset.samples.count { cache[$0.content] != nil }
        cache.store(zip(dataset.samples, traits).compactMap { sample, traits in traits.map { (sample.content, $0) } })
        let failed = zip(dataset.samples, looked).compactMap { sample, result -> UnreadableFile? in
            guard case .failure(let error) = result else { return nil }
            return UnreadableFile(sample.path, className: dataset.classes[sample.classIndex], error: error)
        }
        let unreadable = (dataset.unreadable + failed).map {
            DatasetFinding(.unreadable, pictures: [$0.path], $0.description)
        }
        findings =
            unreadable + DuplicateCheck(dataset, traits, threads: threads).findings
            + BalanceCheck(dataset).findings + QualityCheck(dataset, traits).findings
        sort()
    }

    /// Adds what was found elsewhere, by a model.
    public mutating func add(_ others: [DatasetFinding]) {
        findings += others
        sort()
    }

    /// The findings of a kind.
    public func findings(_ kind: DatasetFinding.Kind) -> [DatasetFinding] { findings.filter { $0.kind == kind } }

    private mutating func sort() {
        let order = Dictionary(uniqueKeysWithValues: DatasetFinding.Kind.allCases.enumerated().map { ($1, $0) })
        // What is of one kind stays in its order.
        findings = findings.enumerated().sorted {
            (order[$0.element.kind] ?? 0, $0.offset) < (order[$1.element.kind] ?? 0, $1.offset)
        }.map(\.element)
    }

    /// `checks` in `$OCELLUS_CACHE`, else in `ocellus` under `$XDG_CACHE_HOME`, else in `~/.cache/ocellus`.
    public static var standardCacheFolder: String {
        let environment = ProcessInfo.processInfo.environment
        func path(_ variable: String) -> String? { environment[variable].flatMap { $0.isEmpty ? nil : $0 } }
        let root =
            path("OCELLUS_CACHE") ?? path("XDG_CACHE_HOME").map { $0 + "/ocellus" }
            ?? (path("HOME") ?? "/tmp") + "/.cache/ocellus"
        return root + "/checks"
    }
}
