import OcellusGraph

extension AveragePoolingGradient: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let windows = try PoolingWindows(window, over: inputShape)
        let channels = windows.channels
        try backend.reserveScratch(floats: windows.scratchCount + channels)
        let gradient = try arguments.input(0)
        let result = try arguments.output(0)
        let isBatched = arguments.inputs[0].description.isBatched
        let (rows, columns) = (windows.geometry.outputHeight, windows.geometry.outputWidth)
        return CPUStep { invocation in
            // A sample a task: windows may overlap, so two could add to one place.
            backend.parallelFor(isBatched ? invocation.count : 1) { sample, worker in
                let dx = result + sample * windows.inputCount
                dx.update(repeating: 0, count: windows.inputCount)
                let scratch = backend.scratch(of: worker)
                let share = scratch + windows.scratchCount
                for row in 0..<rows {
                    for column in 0..<columns {
                        let elements = windows.elements(row, column, scratch: scratch)
                        let divisor = max(countsPadding ? window.count : elements.count, 1)
                        let place = sample * windows.outputCount + (row * columns + column) * channels
                        backend.kernels.scale(gradient + place, 1 / Float(divisor), channels, share)
                        for element in 0..<elements.count {
                            let target = dx + elements.offsets[element]
                            backend.kernels.add(target, share, channels, target)
                        }
                    }
                }
            }
        }
    }
}
