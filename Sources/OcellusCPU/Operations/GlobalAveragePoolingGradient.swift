import OcellusGraph

extension GlobalAveragePoolingGradient: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let channels = inputShape[2]
        let pixels = inputShape[0] * inputShape[1]
        try backend.reserveScratch(floats: channels)
        let gradient = try arguments.input(0)
        let result = try arguments.output(0)
        let isBatched = arguments.inputs[0].description.isBatched
        return CPUStep { invocation in
            backend.parallelFor(isBatched ? invocation.count : 1) { sample, worker in
                let share = backend.scratch(of: worker)
                backend.kernels.scale(gradient + sample * channels, 1 / Float(pixels), channels, share)
                for pixel in 0..<pixels {
                    (result + (sample * pixels + pixel) * channels).update(from: share, count: channels)
                }
            }
        }
    }
}
