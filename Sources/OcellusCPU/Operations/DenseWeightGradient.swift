import OcellusGraph

extension DenseWeightGradient: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let features = arguments.inputs[0].description.shape[0]
        let outputs = arguments.inputs[1].description.shape[0]
        let capacity = arguments.inputs[0].description.isBatched ? arguments.capacity : 1
        // Few rows of the result at a time; their inputs are copied side by side, because the samples' own lie so far
        // apart that they evict each other.
        let blockRows = min(features, 64)
        try backend.reserveScratch(floats: capacity * blockRows)
        let x = try arguments.input(0)
        let gradient = try arguments.input(1)
        let result = try arguments.output(0)
        let isBatched = arguments.inputs[0].description.isBatched
        return CPUStep { invocation in
            let count = isBatched ? invocation.count : 1
            backend.parallelFor((features + blockRows - 1) / blockRows) { block, worker in
                let first = block * blockRows
                let rows = min(blockRows, features - first)
                let columns = backend.scratch(of: worker)
                for sample in 0..<count {
                    (columns + sample * rows).update(from: x + (sample * features + first), count: rows)
                }
                backend.kernels.multiplyTransposed(
                    columns, rows, gradient, outputs, count, result + first * outputs, outputs, rows, outputs, false)
            }
        }
    }
}
