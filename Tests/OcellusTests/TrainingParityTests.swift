import Ocellus
import Testing

private let device = OpenCLDevices.all().filter { !$0.isSimulator }.max { $0.score < $1.score }

/// ResNet-18 in training on OpenCL and on the CPU.
@Suite("Training a known network", .enabled(if: device != nil, "There is no OpenCL device."))
struct TrainingParityTests {
    private static let batch = 8
    private static let network = Network.resNet18(height: 64, width: 64, classes: 6)

    private static func graphs(_ backend: any Backend) throws -> TrainingGraphs {
        try TrainingGraphs(
            network, loss: SoftmaxCrossEntropy(), optimizer: OptimizerOptions(.sgd, momentum: 0.9), backend: backend)
    }

    private static func inputs(step: Int) -> [String: [Float]] {
        var random = PhiloxSequence(seed: UInt64(step), purpose: .rendering)
        return [
            "images": (0..<batch * network.input.count).map { _ in random.nextUniform() },
            "targets": (0..<batch).flatMap { sample in (0..<6).map { $0 == (sample + step) % 6 ? Float(1) : 0 } },
        ]
    }

    @Test("each operation of a step gives what it gives on the CPU, from the same inputs")
    func operations() throws {
        let backend = try OpenCLBackend(#require(device))
        var comparison = OperationComparison(backend, against: try CPUBackend())
        try comparison.run(
            Self.graphs(backend).training, inputs: Self.inputs(step: 1), count: Self.batch, isInference: false)
        #expect(comparison.results.count >= 14)
        for (name, result) in comparison.results { #expect(result.failure == nil, "\(name)") }
    }

    @Test("the losses of a few steps are the CPU's")
    func steps() throws {
        let backends: [any Backend] = [try CPUBackend(), try OpenCLBackend(#require(device))]
        let losses = try backends.map { backend in
            let session = try TrainingSession(
                Self.graphs(backend), backend: backend, capacity: Self.batch, seed: 1)
            return try (1...3).flatMap { step in
                for (name, values) in Self.inputs(step: step) { try session.training.write(values, toInput: name) }
                try session.training.run(Invocation(count: Self.batch, step: step, learningRate: 0.0003, seed: 3))
                return try session.training.read("losses", count: Self.batch)
            }
        }
        // Rounding tips a ReLU of a value next to zero over, and with it that place's gradient; so few steps bear it.
        let difference = zip(losses[0], losses[1]).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
        #expect(difference <= 1e-4 * losses[0].map { $0 * $0 }.reduce(0, +), "\(losses)")
        #expect(losses[0].prefix(Self.batch).reduce(0, +) != losses[0].suffix(Self.batch).reduce(0, +))
    }
}
