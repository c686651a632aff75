/// Pictures that look the same in the large: re-encoded, resized, brightened, turned or mirrored copies.
struct NearDuplicates {
    /// How many of the 64 bits may differ.
    static let bits = 10
    /// How well the small copies must agree.
    static let correlation: Float = 0.985
    /// Sets of two or more places in `looks`, each ascending, in the order of their first; a picture may resemble another through a
    /// third one.
    ///
    /// - Parameter looks: nil for pictures that are not compared.
    static func groups(_ looks: [PerceptualHash?], threads: Int) -> [[Int]] {
        let places = looks.indices.filter { looks[$0] != nil }
        let known = looks.compactMap(\.self)
        let hashes = known.map(\.hashes)
        let pairs = parallelMap(count: known.count, threads: threads) { first -> [Int] in
            let hash = hashes[first][0]
            return (first + 1..<known.count).filter { second in
                // Bits are compared first: it is quick, and rules out nearly all.
                hashes[second].contains { (hash ^ $0).nonzeroBitCount <= bits }
                    && known[first].resemblance(of: known[second], bits: bits, correlation: correlation) != nil
            }
        }
        var sets = DisjointSets(count: known.count)
        for (first, others) in pairs.enumerated() {
            for second in others { sets.unite(first, second) }
        }
        return sets.sets.filter { $0.count > 1 }.map { $0.map { places[$0] } }
    }
}

extension Dataset {
    /// More pictures are not compared with each other: it takes a time that grows with their number's square, 20 s for so many.
    public static let mostComparedPictures = 100_000

    /// Sets of pictures that look alike in the large, as places in ``samples``: re-encoded, resized, brightened, turned or mirrored
    /// copies. Empty for more than ``mostComparedPictures``.
    ///
    /// - Parameter cache: has the pictures, or decodes them.
    public func lookalikes(in cache: PictureCache, threads: Int? = nil) -> [[Int]] {
        guard samples.count <= Self.mostComparedPictures else { return [] }
        let threads = threads ?? availableCores()
        let looks = parallelMap(count: samples.count, threads: threads) { index in
            Look(try? PerceptualHash(cache.picture(at: file(of: samples[index]))).comparable)
        }
        return NearDuplicates.groups(looks.map(\.hash), threads: threads)
    }
}

/// What a picture looks like, if anything.
private struct Look: Sendable {
    let hash: PerceptualHash?
    init(_ hash: PerceptualHash?) { self.hash = hash }
}
