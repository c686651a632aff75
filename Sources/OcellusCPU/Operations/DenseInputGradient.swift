import CSIMD
import OcellusGraph

extension DenseInputGradient: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let weightShape = arguments.inputs[1].description.shape
        let (features, outputs) = (weightShape[0], weightShape[1])
        let panelWidth = backend.kernels.panelWidth
        // Each task turns a few rows of the weight round, and is then a plain product; the weight is read once. Results
        // are collected, because a panel's width of each sample would be scattered over memory.
        let panelsPerTask = 8
        let taskWidth = panelsPerTask * panelWidth
        let depth = min(outputs, 512)
        let isBatched = arguments.inputs[0].description.isBatched
        let capacity = isBatched ? arguments.capacity : 1
        try backend.reserveScratch(floats: depth * panelWidth + capacity * taskWidth)
        let gradient = try arguments.input(0)
        let weight = try arguments.input(1)
        let result = try arguments.output(0)
        return CPUStep { invocation in
            let count = isBatched ? invocation.count : 1
            let panels = (features + panelWidth - 1) / panelWidth
            backend.parallelFor((panels + panelsPerTask - 1) / panelsPerTask) { task, worker in
                let packed = backend.scratch(of: worker)
                let collected = packed + depth * panelWidth
                let taskStart = task * taskWidth
                for panel in task * panelsPerTask..<min((task + 1) * panelsPerTask, panels) {
                    let first = panel * panelWidth
                    let width = min(panelWidth, features - first)
                    if width < panelWidth { packed.update(repeating: 0, count: depth * panelWidth) }
                    for k in stride(from: 0, to: outputs, by: depth) {
                        let length = min(depth, outputs - k)
                        backend.kernels.transpose(
                            weight + (first * outputs + k), outputs, width, length, packed, panelWidth)
                        withUnsafePointer(to: gradient + k) { run in
                            var product = simd_product(
                                runs: run, runCount: 1, runLength: length, rowStride: outputs, b: packed,
                                bStride: panelWidth, output: collected + (first - taskStart), outputStride: taskWidth,
                                columns: width, bias: nil,
                                addend: k > 0 ? UnsafePointer(collected + (first - taskStart)) : nil,
                                activation: simd_identity, next: nil)
                            backend.kernels.multiply(&product, count)
                        }
                    }
                }
                for sample in 0..<count {
                    (result + (sample * features + taskStart)).update(
                        from: collected + sample * taskWidth, count: min(taskWidth, features - taskStart))
                }
            }
        }
    }
}
