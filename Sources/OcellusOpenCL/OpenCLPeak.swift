import OcellusGraph

extension OpenCLBackend {
    /// Times multiply-adds and memory with kernels that do nothing else. Takes about a second, and 256 MiB or a quarter of the
    /// largest buffer.
    ///
    /// The best of many rounds counts: whatever else the machine does only takes away.
    /// - Throws: `BackendError` when a kernel does not build, or there is no memory for it.
    public func measurePeak() throws -> DevicePeak? {
        guard !openCLDevice.isSimulator else { return nil }
        let isWide = kernelFamily == .wide
        let width = elementwiseWidth
        let local = isWide ? 1 : 256
        let groups = openCLDevice.computeUnits * (isWide ? 8 : 32)
        let items = groups * local
        let grid = LaunchGrid(local: [local, 1, 1]) { _ in [groups, 1, 1] }
        let vectorByteCount = width * MemoryLayout<Float>.size
        let wanted = min(128 << 20, openCLDevice.maximumBufferByteCount / 4)
        let steps = max(wanted / (items * vectorByteCount), 1)
        let byteCount = steps * items * vectorByteCount
        func memory(_ byteCount: Int) throws -> BufferRegion {
            let region = BufferRegion(
                try makeBuffer(byteCount: byteCount, label: "measuring the peak"), byteCount: byteCount)
            try zero(region)
            return region
        }
        let (from, to, result) = (
            try memory(byteCount), try memory(byteCount), try memory(items * vectorByteCount)
        )
        func launch(_ entry: String, _ product: MultiplyAdd, _ arguments: [KernelArgument]) throws -> KernelLaunch {
            try self.launch(
                entry, of: .files("common", "peak"), defines: [("VEC", width)] + product.defines, arguments, grid: grid,
                label: "measuring the peak")
        }
        let rounds = 4096
        let arithmetic = try MultiplyAdd.allCases.map { product in
            try shortest(
                launch("peak_multiply_add", product, [.buffer(result), .int(rounds), .float(0.5)]))
        }.min()
        let pass: [KernelArgument] = [.int(steps), .int(isWide ? 1 : 0)]
        let reading = try shortest(launch("peak_read", .operators, [.buffer(from), .buffer(result)] + pass))
        let copying = try shortest(launch("peak_copy", .operators, [.buffer(from), .buffer(to)] + pass))
        let operations = 2 * 12 * width * rounds * items
        return DevicePeak(
            gigaflopsPerSecond: Double(operations) / (arithmetic ?? .infinity) * 1e-9,
            gigabytesPerSecond: Double(byteCount) / reading * 1e-9,
            copiedGigabytesPerSecond: 2 * Double(byteCount) / copying * 1e-9)
    }

    /// The shortest of the times, by the device's clock, that a quarter of a second has room for.
    private func shortest(_ launch: KernelLaunch) throws -> Double {
        let whole = Stopwatch()
        var least = Double.infinity
        let timing = TimingRequest(clock: { whole.seconds }) { least = min(least, $0.end - $0.start) }
        repeat {
            try run([launch], Invocation(count: 1), timing: timing)
            try synchronize()
        } while whole.seconds < 0.25
        return max(least, 1e-9)
    }
}
