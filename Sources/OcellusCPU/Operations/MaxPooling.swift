import OcellusGraph

extension MaxPooling: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let windows = try PoolingWindows(window, over: arguments.inputs[0].description.shape)
        // The elements, and their addresses, which take two floats each.
        try backend.reserveScratch(floats: windows.scratchCount + 2 * window.count + 2)
        let x = try arguments.input(0)
        let y = try arguments.output(0)
        let winners = keepsWinners ? try arguments.byteOutput(1) : nil
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
                    let place = (index * columns + column) * channels
                    guard elements.count > 0 else {
                        (y + place).update(repeating: -.infinity, count: channels)
                        if let winners { (winners + place).update(repeating: 0, count: channels) }
                        continue
                    }
                    for element in 0..<elements.count {
                        addresses[element] = x + (sample * windows.inputCount + elements.offsets[element])
                    }
                    backend.kernels.maxPool(
                        addresses, elements.places, elements.count, channels, y + place, winners.map { $0 + place })
                }
            }
        }
    }
}
