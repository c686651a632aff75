import OcellusGraph

extension GlobalAveragePooling: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let shape = arguments.inputs[0].description.shape
        let channels = shape[2]
        let pixels = shape[0] * shape[1]
        // A double takes two floats.
        try backend.reserveScratch(floats: 2 * channels)
        let x = try arguments.input(0)
        let y = try arguments.output(0)
        let isBatched = arguments.inputs[0].description.isBatched
        return CPUStep { invocation in
            backend.parallelFor(isBatched ? invocation.count : 1) { sample, worker in
                let sums = UnsafeMutableRawPointer(backend.scratch(of: worker)).assumingMemoryBound(to: Double.self)
                sums.update(repeating: 0, count: channels)
                backend.kernels.sumChannels(x + sample * shape.count, pixels, channels, sums)
                for channel in 0..<channels {
                    y[sample * channels + channel] = Float(sums[channel] / Double(pixels))
                }
            }
        }
    }
}
