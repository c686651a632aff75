import OcellusGraph

extension ConvolutionFilterGradient: OpenCLOperation {
    /// One partial gradient a chunk.
    public func workspaceByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int {
        if let depthwise = depthwise(inputs[0]) {
            return depthwise.filterWorkspaceByteCount(samples: inputs[0].isBatched ? capacity : 1)
        }
        guard let chunks = try? Chunks(self, inputs[0], outputs[0], backend, capacity: capacity) else {
            return 0
        }
        return chunks.count * outputs[0].shape.count * MemoryLayout<Float>.size
    }

    /// An implicit matrix product over all output pixels, in chunks, and the sum of the chunks.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let (x, dw) = (arguments.inputs[0].description, arguments.outputs[0].description)
        if let depthwise = depthwise(x) { return try depthwise.prepareFilterGradient(on: backend, arguments) }
        let chunks = try Chunks(self, x, dw, backend, capacity: arguments.capacity)
        let partial = KernelArgument.buffer(try arguments.scratch())
        let launch =
            switch backend.kernelFamily {
            case .tiled: try tiled(backend, arguments, chunks, partial)
            case .wide: try wide(backend, arguments, chunks, partial)
            }
        return LaunchSequence([
            launch,
            try sumPartials(
                backend, partial, into: arguments.output(0), elements: .ulong(dw.shape.count), tensor: dw,
                items: x.isBatched ? .elements(perSample: chunks.itemsPerSample) : .ulong(chunks.itemsPerSample),
                itemsPerChunk: chunks.length, columns: outputChannels, label: arguments.label),
        ])
    }

    func depthwise(_ x: TensorDescription) -> DepthwiseConvolution? {
        DepthwiseConvolution(window, groups: groups, inputShape: x.shape, outputChannels: outputChannels)
    }

    /// How the sum over output pixels falls into chunks: of pixels for GPUs, of lines of pixels for CPUs. They depend on
    /// shapes and capacity alone.
    private struct Chunks {
        let geometry: WindowGeometry
        let itemsPerSample: Int
        let length: Int
        let count: Int

        init(
            _ operation: ConvolutionFilterGradient, _ x: TensorDescription, _ dw: TensorDescription,
            _ backend: OpenCLBackend, capacity: Int
        ) throws {
            geometry = try operation.window.geometry(over: x.shape)
            let samples = x.isBatched ? capacity : 1
            switch backend.kernelFamily {
            case .tiled:
                itemsPerSample = geometry.outputHeight * geometry.outputWidth
                let rows = operation.window.count * dw.shape[2]
                let columns = operation.outputChannels / operation.groups
                let tile = operation.tile(backend, rows: rows, columns: columns)
                let tiles = tile.count(rows: rows, columns: columns) * operation.groups
                // No more groups than that many, which large GPUs have room for at once: a few more would be a round more.
                let chunks = max((backend.parameters.groups ?? 512) / tiles, 1)
                length = max((itemsPerSample * samples).dividedUp(by: chunks), 256).rounded(upTo: 16)
            case .wide:
                itemsPerSample = geometry.outputHeight
                // Every chunk is a whole dw: many where it is small, few where its channels alone keep every core busy.
                let chunks = min(max(16_777_216 / dw.byteCount(samples: 1), 1), backend.parameters.groups ?? 32)
                length = (itemsPerSample * samples).dividedUp(by: chunks)
            }
            count = (itemsPerSample * samples).dividedUp(by: length)
        }

        func present(_ count: Int) -> Int { (itemsPerSample * count).dividedUp(by: length) }
    }

    /// Chunks of pixels keep a device busy whatever the tile.
    private func tile(_ backend: OpenCLBackend, rows: Int, columns: Int) -> MatrixTile {
        backend.tile(rows: rows, columns: columns, fillsDevice: true)
    }

    private func tiled(
        _ backend: OpenCLBackend, _ arguments: OperationArguments, _ chunks: Chunks, _ partial: KernelArgument
    ) throws -> KernelLaunch {
        let x = arguments.inputs[0].description
        let (groups, columns) = (groups, outputChannels / groups)
        let rows = window.count * x.shape[2] / groups
        let tile = tile(backend, rows: rows, columns: columns)
        return try backend.launch(
            "convolution_filter_gradient_tiled",
            of: backend.tiledSource("window", "columns", "convolution_filter_gradient_tiled", tile: tile),
            defines: backend.defines(of: tile) + [
                ("CHANNEL_FOURS", (x.shape[2] / groups).isMultiple(of: 4) ? 1 : 0),
                ("COLUMN_FOURS", columns.isMultiple(of: 4) ? 1 : 0),
            ],
            [
                arguments.input(0), arguments.input(1), partial, .ints(chunks.geometry.kernelIntegers),
                .int(x.shape[2]), .int(outputChannels), .int(groups), .int(chunks.length), .samples(of: x),
            ],
            grid: tile.grid(columns: columns) { count in
                (rows, chunks.present(x.isBatched ? count : 1) * groups)
            }, label: arguments.label)
    }

    private func wide(
        _ backend: OpenCLBackend, _ arguments: OperationArguments, _ chunks: Chunks, _ partial: KernelArgument
    ) throws -> KernelLaunch {
        let x = arguments.inputs[0].description
        let (channels, columns) = (x.shape[2] / groups, outputChannels / groups)
        let geometry = chunks.geometry
        let takesWholeRows = groups == 1 && window.dilationWidth == 1 && geometry.isInside
        let run = takesWholeRows ? channels * window.width : channels
        let steps = takesWholeRows ? 1 : window.width
        // Lines that stay in a core's second cache while all rows of the window pass over them.
        let lineByteCount = 4 * (x.shape[1] * x.shape[2] * window.strideHeight + geometry.outputWidth * 16)
        let linesPerBlock = max(131_072 / lineByteCount, 1)
        let (columnGroups, lineGroups) = (groups * columns.dividedUp(by: 16), window.height * steps)
        return try backend.launch(
            "convolution_filter_gradient_wide", of: .files("window", "wide", "convolution_filter_gradient_wide"),
            defines: backend.wideShape().defines,
            [
                arguments.input(0), arguments.input(1), partial, .ints(geometry.kernelIntegers),
                .ints([
                    x.shape[2], outputChannels, channels, columns, columns.dividedUp(by: 16), run, steps,
                    chunks.length, linesPerBlock,
                ]),
                .samples(of: x),
            ],
            grid: LaunchGrid(local: [1, 1, 1]) { count in
                [columnGroups, lineGroups, chunks.present(x.isBatched ? count : 1)]
            }, label: arguments.label)
    }
}
