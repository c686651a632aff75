import OcellusGraph

extension MaxPoolingGradient: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let windows = try PoolingWindows(window, over: inputShape)
        try backend.reserveScratch(floats: windows.scratchCount + 2 * window.count + 2)
        let gradient = try arguments.input(0)
        let winners = try arguments.byteInput(1)
        let result = try arguments.output(0)
        let isBatched = arguments.inputs[0].description.isBatched
        let (rows, columns) = (windows.geometry.outputHeight, windows.geometry.outputWidth)
        let channels = windows.channels
        return CPUStep { invocation in
            // A sample a task: windows may overlap, so two could add to one place.
            backend.parallelFor(isBatched ? invocation.count : 1) { sample, worker in
                let dx = result + sample * windows.inputCount
                dx.update(repeating: 0, count: windows.inputCount)
                let scratch = backend.scratch(of: worker)
                let offsetOfPlace = UnsafeMutableRawPointer(scratch + windows.scratchCount + windows.scratchCount % 2)
                    .assumingMemoryBound(to: Int.self)
                for row in 0..<rows {
                    for column in 0..<columns {
                        let elements = windows.elements(row, column, scratch: scratch)
                        guard elements.count > 0 else { continue }
                        for element in 0..<elements.count {
                            offsetOfPlace[Int(elements.places[element])] = elements.offsets[element]
                        }
                        let place = sample * windows.outputCount + (row * columns + column) * channels
                        backend.kernels.maxPoolGradient(
                            gradient + place, winners + place, offsetOfPlace, channels, dx)
                    }
                }
            }
        }
    }
}
