import OcellusGraph

/// A dense 3×3 correlation of stride 1, as `winograd_wide.cl` computes it by Winograd's F(4×4, 3×3).
struct WinogradCorrelation {
    private let correlation: Correlation

    /// Nil where the algorithm does not fit.
    init?(_ correlation: Correlation) {
        for axis in [correlation.height, correlation.width] {
            guard axis.window == 3, axis.stride == 1, axis.dilation == 1, axis.spread == 1 else { return nil }
        }
        guard correlation.groups == 1 else { return nil }
        self.correlation = correlation
    }

    /// Whether it is likely to be quicker than plain sums: whole vectors of channels, and more than one tile.
    fileprivate var isUsual: Bool {
        correlation.inputChannels >= 16 && correlation.outputChannels >= 16
            && min(correlation.height.grid, correlation.width.grid) > 4
    }

    /// Work-items, each with a slot of memory: enough for every core to be busy till the end. They change no bits.
    private func itemCount(_ backend: OpenCLBackend) -> Int { min(max(8 * backend.openCLDevice.computeUnits, 16), 256) }

    private var pitch: Int { correlation.inputChannels.rounded(upTo: 16) }

    /// Tiles that a work-item takes at once: several times the rows in registers, so that a filter that is in the first cache
    /// serves more than one of them, but few enough that the second cache holds them.
    private func groupSize(_ shape: WideShape, _ backend: OpenCLBackend) -> Int {
        let tileByteCount = 36 * 4 * (pitch + shape.columns)
        let most = (backend.parameters.work ?? 512) * 1024 / tileByteCount
        return min(max(most / shape.rows, 1), 8) * shape.rows
    }

    private func slotCount(_ shape: WideShape, _ backend: OpenCLBackend) -> Int {
        36 * groupSize(shape, backend) * (pitch + shape.columns)
    }

    private func packedCount(_ shape: WideShape) -> Int {
        36 * correlation.inputChannels * correlation.outputChannels.rounded(upTo: shape.columns)
    }

    /// Bytes of the transformed filter, and of a slot for each work-item that has tiles.
    func workspaceByteCount(on backend: OpenCLBackend, samples: Int) -> Int {
        let shape = correlation.shape(backend)
        let tiles = correlation.height.grid.dividedUp(by: 4) * correlation.width.grid.dividedUp(by: 4)
        let items = min((samples * tiles).dividedUp(by: groupSize(shape, backend)), itemCount(backend))
        return (4 * packedCount(shape)).rounded(upTo: backend.device.alignment)
            + 4 * slotCount(shape, backend) * items
    }

    /// Launches that transform the filter and compute. A filter that never changes is transformed now, into memory of its own.
    /// - Parameters:
    ///   - isPooled: whether the output is pooled 2×2.
    ///   - winners: where the winners' places of such an output are kept, if they are.
    func prepare(
        on backend: OpenCLBackend, x: KernelArgument, filter: Operand, bias: KernelArgument?,
        residual: KernelArgument? = nil, y: KernelArgument, isPooled: Bool = false, winners: KernelArgument? = nil,
        scratch: BufferRegion, isBatched: Bool, label: String
    ) throws -> [KernelLaunch] {
        let shape = correlation.shape(backend)
        let packedByteCount = 4 * packedCount(shape)
        let slotsOffset = packedByteCount.rounded(upTo: backend.device.alignment)
        let packed =
            filter.isConstant
            ? BufferRegion(
                try backend.makeBuffer(byteCount: packedByteCount, label: label), byteCount: packedByteCount)
            : scratch.part(at: 0, byteCount: packedByteCount)
        let slots = scratch.part(at: slotsOffset, byteCount: scratch.byteCount - slotsOffset)
        let source = try KernelSource.files("window", "wide", "correlation_wide", "winograd_wide")
        let defines = shape.defines + [("POOLS", isPooled ? 1 : 0)]
        let sizes = KernelArgument.ints(correlation.kernelIntegers(shape, pixelsPerItem: 0))
        let (height, width) = (correlation.height, correlation.width)
        // Of a pooled output only what is pooled is computed.
        let (rows, columns) = isPooled ? (height.grid / 2 * 2, width.grid / 2 * 2) : (height.grid, width.grid)
        let tiles = (height: rows.dividedUp(by: 4), width: columns.dividedUp(by: 4))
        let group = groupSize(shape, backend)
        let packing = try backend.launch(
            "winograd_pack_filter", of: source, defines: defines, [.buffer(filter.region), .buffer(packed), sizes],
            grid: .linear(packedCount(shape) / (36 * shape.columns), batched: false, local: 4), label: label)
        let (items, tileCount) = (slots.byteCount / (4 * slotCount(shape, backend)), tiles.height * tiles.width)
        let computing = try backend.launch(
            "winograd_wide", of: source, defines: defines,
            [
                x, .buffer(packed), bias ?? .buffer(packed), residual ?? .buffer(packed), y,
                winners ?? y, .buffer(slots), sizes,
                .ints([
                    tiles.height, tiles.width, group, pitch, slotCount(shape, backend), height.grid / 2, width.grid / 2,
                ]),
                .int(residual == nil ? 0 : 1), .int(winners == nil ? 0 : 1), isBatched ? .count : .int(1),
            ],
            grid: LaunchGrid(local: [1, 1, 1]) { count in
                [min(((isBatched ? count : 1) * tileCount).dividedUp(by: group), items), 1, 1]
            }, label: label)
        guard filter.isConstant else { return [packing, computing] }
        try packing.run(Invocation(count: 1))
        return [computing]
    }
}

extension OpenCLBackend {
    /// A correlation by Winograd's algorithm, if that is what is chosen for it, or usual.
    func winograd(_ correlation: Correlation?) -> WinogradCorrelation? {
        guard kernelFamily == .wide, let winograd = correlation.flatMap(WinogradCorrelation.init) else { return nil }
        return switch parameters.algorithm {
        case .winograd: winograd
        case .direct: nil
        case nil: winograd.isUsual ? winograd : nil
        }
    }

    /// The algorithm for a correlation that is not the usual one, if there is another.
    func algorithmAxis(_ correlation: Correlation?) -> [KernelParameters] {
        guard kernelFamily == .wide, let correlation, WinogradCorrelation(correlation) != nil else { return [] }
        return [KernelParameters(algorithm: winograd(correlation) == nil ? .winograd : .direct)]
    }
}
