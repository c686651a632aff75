/// Sums over all rows of `[rows, channels]`, a channel at a time, in double, in chunks of rows that the shape decides.
struct ChannelSums {
    let channels: Int
    private let rowsPerChunk: Int
    private let chunks: Int

    /// Sums over up to `rows` rows.
    init(rows: Int, channels: Int) {
        self.channels = channels
        // Some 256 KB of a tensor at least, and whole runs of rows of the kernels.
        rowsPerChunk = (max(64 * 1024 / max(channels, 1), rows / 64) + 32) / 32 * 32
        chunks = max(1, (rows + rowsPerChunk - 1) / rowsPerChunk)
    }

    /// Doubles that the chunks take.
    var workspaceCount: Int { chunks * channels }

    /// Chunks that have something to sum when `rows` rows are present.
    func chunksPresent(rows: Int) -> Int { max(1, (rows + rowsPerChunk - 1) / rowsPerChunk) }

    /// The rows of a chunk when `rows` are present.
    func rows(of chunk: Int, present rows: Int) -> Range<Int> {
        chunk * rowsPerChunk..<min((chunk + 1) * rowsPerChunk, rows)
    }

    /// Sums over the first `rows` rows.
    /// - Parameters:
    ///   - workspace: `workspaceCount` doubles; its first `channels` are the sums afterwards.
    ///   - body: adds a range of rows to the sums it is given.
    func run(
        rows: Int, workspace: UnsafeMutablePointer<Double>, on backend: CPUBackend,
        _ body: (_ rows: Range<Int>, _ sums: UnsafeMutablePointer<Double>) -> Void
    ) {
        let present = chunksPresent(rows: rows)
        backend.parallelFor(present) { chunk, _ in
            let sums = workspace + chunk * channels
            sums.update(repeating: 0, count: channels)
            body(self.rows(of: chunk, present: rows), sums)
        }
        for chunk in 1..<max(present, 1) {
            for channel in 0..<channels { workspace[channel] += workspace[chunk * channels + channel] }
        }
    }
}
