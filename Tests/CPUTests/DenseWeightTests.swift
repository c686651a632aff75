import OcellusCPU
import OcellusGraph
import Testing

@Suite struct DenseWeightTests {
    /// A narrow last layer, a last panel that is not whole, one that is cut along its inputs, several blocks of columns.
    static let shapes = [(7, 3), (129, 67), (4100, 64), (40, 600)]

    @Test(arguments: InstructionSet.available, shapes)
    func constantWeightsAreRoundedToBF16AndAllElseIsNot(
        instructionSet: InstructionSet, shape: (inputs: Int, outputs: Int)
    ) throws {
        let (inputs, outputs) = shape
        let runner = OperationRunner(
            backend: try CPUBackend(threads: 2, instructionSet: instructionSet, denseWeights: .bf16))
        let weight = randomValues(inputs * outputs, seed: 1)
        let bias = randomValues(outputs, seed: 2)
        for (samples, isConstant) in [(1, true), (3, true), (9, true), (3, false)] {
            let x = randomValues(samples * inputs, seed: 3)
            let used = isConstant ? weight.map(Self.rounded) : weight
            var expected = (0..<samples).flatMap { _ in bias.map(Double.init) }
            for n in 0..<samples {
                for c in 0..<inputs {
                    for k in 0..<outputs {
                        expected[n * outputs + k] += Double(x[n * inputs + c]) * Double(used[c * outputs + k])
                    }
                }
            }
            let result = try runner.run(
                Dense(),
                [
                    (TensorDescription([inputs], batched: true), x),
                    (TensorDescription([inputs, outputs], batched: false), weight),
                    (TensorDescription([outputs], batched: false), bias),
                ], count: samples, capacity: samples + 1, isConstant: isConstant)
            #expect(normalizedError(result[0], expected) < 1e-11)
        }
    }

    /// The nearest number whose lower 16 bits are zero; of two, the one whose next bit is zero.
    private static func rounded(_ value: Float) -> Float {
        let below = Float(bitPattern: value.bitPattern & 0xFFFF_0000)
        let above = Float(bitPattern: below.bitPattern + 0x1_0000)
        let (down, up) = (abs(value - below), abs(above - value))
        if down != up { return down < up ? below : above }
        return below.bitPattern & 0x1_0000 == 0 ? below : above
    }
}
