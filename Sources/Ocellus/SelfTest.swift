import OcellusGraph
import OcellusNetworks
import OcellusTraining

/// A quick check that a device computes what the CPU does: a few training steps of a small network that has every
/// operation of the common ones.
public enum SelfTest {
    /// Trains the same small network on both, and compares what each step leaves.
    ///
    /// - Throws: `BackendError` naming what differs, or the device's own error.
    public static func run(_ candidate: any Backend, against reference: any Backend) throws {
        let batch = 3
        // In fewer bits, other elements may be the largest of a pooling's, or above zero: few, but of few in all.
        let tolerance = candidate.precision == .fp32 ? 1e-6 : 5e-2
        let isRounded = candidate.precision != .fp32
        let results = try [candidate, reference].map { try train($0, batch: batch, isRounded: isRounded) }
        for (name, expected) in results[1].sorted(by: { $0.key < $1.key }) {
            let error = normalizedError(results[0][name] ?? [], expected)
            guard error <= tolerance else {
                throw BackendError(
                    "'\(candidate.device.name)' fails its self-test: after three training steps its '\(name)' differs from the "
                        + "CPU's (normalised squared error \(error))")
            }
        }
    }

    private static func train(_ backend: any Backend, batch: Int, isRounded: Bool) throws -> [String: [Float]] {
        let graphs = try TrainingGraphs(
            network, loss: SoftmaxCrossEntropy(labelSmoothing: 0.1), optimizer: OptimizerOptions(.sgd, momentum: 0.9),
            checksGradients: backend.precision.wantsLossScaling, backend: backend)
        let session = try TrainingSession(graphs, backend: backend, capacity: batch, seed: 1)
        var random = PhiloxSequence(seed: 2, purpose: .rendering)
        for step in 1...3 {
            let images = (0..<batch * network.input.count).map { _ in random.nextUniform() }
            let targets = (0..<batch).flatMap { sample in (0..<3).map { $0 == (sample + step) % 3 ? Float(1) : 0 } }
            try session.training.write(images, toInput: "images")
            try session.training.write(targets, toInput: "targets")
            try session.training.run(
                Invocation(
                    count: batch, lossScale: backend.precision.wantsLossScaling ? 1024 : 1, step: step,
                    learningRate: 0.05, seed: 3))
        }
        // In fewer bits the optimiser's states, which are little more than gradients, are mostly rounding.
        let names = session.parameters.names.filter { !$0.hasPrefix("optimizer.") || !isRounded }
        var results = try Dictionary(
            uniqueKeysWithValues: names.map { ($0, try session.parameters.read($0)) })
        // The network as in inference, with the statistics that training left.
        try session.evaluation.write(
            (0..<batch * network.input.count).map { _ in random.nextUniform() }, toInput: "images")
        try session.evaluation.write([Float](repeating: 1 / 3, count: batch * 3), toInput: "targets")
        try session.evaluation.run(Invocation(count: batch))
        results["probabilities"] = try session.evaluation.read("probabilities", count: batch)
        return results
    }

    private static let network = Network(name: "self-test", input: [18, 17, 3]) {
        ConvolutionLayer(8, 3, activation: .relu)
        MaxPoolingLayer(2)
        ConvolutionLayer(12, 3, stride: 2, padding: .same, hasBias: false)
        BatchNormalizationLayer(activation: .relu)
        ResidualLayer(activation: .relu) {
            DepthwiseConvolutionLayer(3, padding: .same)
            ConvolutionLayer(12, 1)
        }
        ConcatenateLayer([[AveragePoolingLayer(3, stride: 1, padding: .same)], [ConvolutionLayer(4, 1)]])
        FlattenLayer()
        DropoutLayer(0.25)
        DenseLayer(10, activation: .relu)
        DenseLayer(3)
    }

    /// The squared error over the squared magnitude.
    private static func normalizedError(_ values: [Float], _ expected: [Float]) -> Double {
        guard values.count == expected.count else { return .infinity }
        var difference = 0.0
        var magnitude = 0.0
        for (value, other) in zip(values, expected) {
            difference += Double(value - other) * Double(value - other)
            magnitude += Double(other) * Double(other)
        }
        let error = difference / max(magnitude, 1e-12)
        return error.isNaN ? .infinity : error
    }
}
