import CSIMD
import OcellusGraph

extension CPUBackend {
    /// Times multiply-adds and memory on all its threads, with the instruction set that its kernels use. Takes about a
    /// second and 256 MiB.
    ///
    /// The best of many short rounds counts: whatever else the machine does only takes away.
    /// - Throws: `BackendError` when there is no memory for it.
    public func measurePeak() throws -> DevicePeak? {
        // Larger than most caches, which are faster than the memory behind them.
        let memory = try CPUBuffer(byteCount: 256 << 20, label: "measuring the memory's peak")
        let floats = memory.memory.assumingMemoryBound(to: Float.self)
        let results = try CPUBuffer(byteCount: threads * CPUBuffer.alignment, label: "measuring the peak")
        // A cache line, and the widest vector, for each worker.
        let result = results.memory.assumingMemoryBound(to: Float.self)
        let lane = CPUBuffer.alignment / 4
        // Many parts, so that a worker that is held up leaves the rest to the others.
        let parts = max(64, 8 * threads)
        let count = memory.byteCount / 4 / parts
        parallelFor(parts) { index, _ in (floats + index * count).update(repeating: 1, count: count) }
        let arithmetic = shortest {
            parallelFor(parts) { _, worker in _ = kernels.multiplyAdd(Self.peakRounds, 0.5, result + worker * lane) }
        }
        let reading = shortest {
            parallelFor(parts) { index, worker in
                kernels.readMemory(floats + index * count, count, result + worker * lane)
            }
        }
        let copying = shortest {
            parallelFor(parts / 2) { index, _ in
                (floats + (parts / 2 + index) * count).update(from: floats + index * count, count: count)
            }
        }
        let bytes = Double(parts * count * 4)
        let operations = parts * kernels.multiplyAdd(1, 0.5, result) * Self.peakRounds
        return DevicePeak(
            gigaflopsPerSecond: Double(operations) / arithmetic * 1e-9,
            gigabytesPerSecond: bytes / reading * 1e-9,
            copiedGigabytesPerSecond: bytes / copying * 1e-9)
    }

    /// Some tens of microseconds.
    private static let peakRounds = 5_000

    /// The shortest of the times that a quarter of a second has room for.
    private func shortest(_ body: () -> Void) -> Double {
        let whole = Stopwatch()
        var least = Double.infinity
        repeat {
            let stopwatch = Stopwatch()
            body()
            least = min(least, stopwatch.seconds)
        } while whole.seconds < 0.25
        return least
    }
}
