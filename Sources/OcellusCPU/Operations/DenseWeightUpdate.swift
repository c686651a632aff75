import CSIMD
import OcellusGraph

extension DenseWeightUpdate: CPUOperation {
    /// Whether the update is one that can be taken on parts of a parameter.
    public func isSupported(
        on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> Bool { update is any CPUParameterUpdate }

    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        guard let update = update as? any CPUParameterUpdate else {
            throw BackendError(
                "layer '\(arguments.label)': the CPU cannot join \(update.name) with the gradient that it takes")
        }
        return try step(update, on: backend, arguments)
    }

    private func step<Update: CPUParameterUpdate>(
        _ update: Update, on backend: CPUBackend, _ arguments: OperationArguments
    ) throws -> CPUStep {
        // A block of the gradient stays in a cache until the weights have been changed by it.
        let outputs = arguments.inputs[1].description.shape[0]
        let gradient = try DenseWeightGradientBlocks(arguments, blockRows: max(16, min(64, 64 * 1024 / outputs)))
        let parameter = try UpdatedParameter(arguments, weight: 2, firstState: 3)
        let resultCount = (gradient.blockCount + 15) / 16 * 16
        try backend.reserveScratch(floats: resultCount + gradient.scratchCount)
        return CPUStep { invocation in
            let settings = update.settings(for: invocation)
            backend.parallelFor(gradient.blocks) { block, worker in
                let result = backend.scratch(of: worker)
                gradient.compute(
                    block, samples: invocation.count, to: result, scratch: result + resultCount, by: backend.kernels)
                Update.apply(
                    settings, to: parameter, gradient.range(of: block), gradient: result, by: backend.kernels)
            }
        }
    }
}
