import CSIMD
import OcellusGraph

extension PooledConvolutionFilterGradient: CPUOperation {
    /// Room for partial sums over the batch.
    public func workspaceByteCount(
        on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int {
        (try? algorithm(inputs[0], capacity: capacity, on: backend)).map { $0.sum.chunks * $0.sum.count * 4 } ?? 0
    }

    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        try step(
            algorithm(arguments.inputs[0].description, capacity: arguments.capacity, on: backend), on: backend,
            arguments)
    }

    private func algorithm(
        _ input: TensorDescription, capacity: Int, on backend: CPUBackend
    ) throws -> any PooledFilterGradientAlgorithm {
        let samples = input.isBatched ? capacity : 1
        return try UnpooledFilterGradient(self, input: input.shape, samples: samples, on: backend)
            ?? SparseFilterGradient(self, input: input.shape, samples: samples)
    }

    private func step(
        _ algorithm: some PooledFilterGradientAlgorithm, on backend: CPUBackend, _ arguments: OperationArguments
    ) throws -> CPUStep {
        let isBatched = arguments.inputs[0].description.isBatched
        try backend.reserveScratch(floats: algorithm.scratchCount)
        let x = try arguments.input(0)
        let gradient = try arguments.input(1)
        let winners = try arguments.byteInput(2)
        let result = try arguments.output(0)
        let sum = algorithm.sum
        let parts = try arguments.workspaceFloats(byteCount: sum.chunks * sum.count * 4)
        return CPUStep(algorithm: algorithm.name) { invocation in
            let units = (isBatched ? invocation.count : 1) * algorithm.strips
            let present = sum.chunksPresent(units: units)
            backend.parallelFor(present) { chunk, worker in
                let part = parts + chunk * sum.count
                part.update(repeating: 0, count: sum.count)
                for unit in sum.units(of: chunk, present: units) {
                    algorithm.add(
                        x, gradient, winners, unit: unit, to: part, scratch: backend.scratch(of: worker), on: backend)
                }
            }
            sum.add(parts, present: present, on: backend)
            algorithm.finish(parts, result, on: backend)
        }
    }
}

/// A way to the gradient of a filter behind a 2 × 2 max-pooling: a sum over strips of pooled rows.
protocol PooledFilterGradientAlgorithm {
    /// How it is computed, for profiles.
    var name: String { get }
    /// The sum over the batch. A unit is a strip of one sample.
    var sum: ChunkedSum { get }
    /// Strips of pooled rows that a sample is cut into.
    var strips: Int { get }
    /// Floats of scratch memory.
    var scratchCount: Int { get }

    /// Adds one strip of one sample.
    func add(
        _ x: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, _ winners: UnsafePointer<UInt8>, unit: Int,
        to part: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, on backend: CPUBackend)

    /// Turns the sum into the filter's layout.
    func finish(_ sum: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>, on backend: CPUBackend)
}
