/// A sum over a batch in parts that the shape decides, never the threads: each part goes over its share in order, and
/// the parts are added up in order, so the same numbers come out on any number of threads.
struct ChunkedSum {
    /// How many parts there are at most.
    let chunks: Int
    /// Units (samples, or bands of rows of samples) of a part.
    let unitsPerChunk: Int
    /// Floats of the sum.
    let count: Int

    /// A sum of `count` floats over up to `units` units, in `chunks` parts at most.
    init(count: Int, units: Int, chunks: Int) {
        self.count = count
        unitsPerChunk = max(1, (units + chunks - 1) / chunks)
        self.chunks = max(1, (units + unitsPerChunk - 1) / unitsPerChunk)
    }

    /// Floats that the parts take, if there are several.
    var workspaceCount: Int { chunks > 1 ? chunks * count : 0 }

    /// Parts that have something to sum when `units` units are present.
    func chunksPresent(units: Int) -> Int { max(1, (units + unitsPerChunk - 1) / unitsPerChunk) }

    /// The units of a part when `units` are present.
    func units(of chunk: Int, present units: Int) -> Range<Int> {
        let first = min(chunk * unitsPerChunk, units)
        return first..<min(first + unitsPerChunk, units)
    }

    /// Adds up the first `present` parts into the first.
    func add(_ parts: UnsafeMutablePointer<Float>, present: Int, on backend: CPUBackend) {
        guard present > 1 else { return }
        backend.forEachBlock(of: count, minimum: 2048) { range in
            let target = parts + range.lowerBound
            for chunk in 1..<present {
                backend.kernels.add(target, target + chunk * count, range.count, target)
            }
        }
    }
}

extension CPUBackend {
    /// Calls `body` with ranges that make up `0 ..< count`, in parallel: for work whose result does not depend on where it
    /// is cut.
    func forEachBlock(of count: Int, minimum: Int = 16 * 1024, _ body: (Range<Int>) -> Void) {
        let blocks = max(1, min(count / minimum, 16 * threads))
        // Blocks start on cache lines.
        let size = ((count + blocks - 1) / blocks + 15) / 16 * 16
        parallelFor(size == 0 ? 0 : (count + size - 1) / size) { index, _ in
            body(index * size..<min((index + 1) * size, count))
        }
    }
}
