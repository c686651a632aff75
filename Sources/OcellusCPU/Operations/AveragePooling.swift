import OcellusGraph

extension AveragePooling: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let windows = try PoolingWindows(window, over: arguments.inputs[0].description.shape)
        // The elements, and their addresses, which take two floats each.
        try backend.reserveScratch(floats: windows.scratchCount + 2 * window.count + 2)
        let x = try arguments.input(0)
        let y = try arguments.output(0)
        let isBatched = arguments.inputs[0].description.isBatched
        let (rows, columns) = (windows.geometry.outputHeight, windows.geometry.outputWidth)
        let channels = windows.channels
        return CPUStep { invocation in
            backend.parallelFor((isBatched ? invocation.count : 1) * rows) { index, worker in
                let (sample, row) = index.quotientAndRemainder(dividingBy: rows)
                let addresses = UnsafeMutableRawPointer(backend.scratch(of: worker))
                    .assumingMemoryBound(to: UnsafePointer<Float>.self)
                let scratch = backend.scratch(of: worker) + 2 * window.count
                for column in 0..<columns {
                    let elements = windows.elements(row, column, scratch: scratch)
                    for element in 0..<elements.count {
                        addresses[element] = x + (sample * windows.inputCount + elements.offsets[element])
                    }
                    let divisor = max(countsPadding ? window.count : elements.count, 1)
                    backend.kernels.averagePool(
                        addresses, elements.count, channels, 1 / Float(divisor),
                        y + (index * columns + column) * channels)
                }
            }
        }
    }
}
