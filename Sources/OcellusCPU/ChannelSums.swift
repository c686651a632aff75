/// Sums over all rows of `[rows, channels]`, a channel at a time, in double, in chunks of rows that the shape decides.
struct ChannelSums {
    let channels: Int
    private let rowsPerChunk: Int
    private let chunks: Int

    /// Sums over up to `rows` rows.
    init(rows: Int, channels: Int) {
        self.channels = channels
        rowsPerChunk = max(512, (rows + 63) / 64)
        chunks = max(1, (rows + rowsPerChunk - 1) / rowsPerChunk)
    }

    /// Doubles that the chunks take.
    var workspaceCount: Int { chunks * channels }

    /// Sums over the first `rows` rows.
    /// - Parameters:
    ///   - workspace: `workspaceCount` doubles; its first `channels` are the sums afterwards.
    ///   - body: adds a range of rows to the sums it is given.
    func run(
        rows: Int, workspace: UnsafeMutablePointer<Double>, on backend: CPUBackend,
        _ body: (_ rows: Range<Int>, _ sums: UnsafeMutablePointer<Double>) -> Void
    ) {
        let present = max(1, (rows + rowsPerChunk - 1) / rowsPerChunk)
        backend.parallelFor(present) { chunk, _ in
            let sums = workspace + chunk * channels
            sums.update(repeating: 0, count: channels)
            body(chunk * rowsPerChunk..<min((chunk + 1) * rowsPerChunk, rows), sums)
        }
        for chunk in 1..<max(present, 1) {
            for channel in 0..<channels { workspace[channel] += workspace[chunk * channels + channel] }
        }
    }
}
