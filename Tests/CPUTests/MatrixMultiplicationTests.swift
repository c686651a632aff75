import OcellusCPU
import OcellusGraph
import Testing

@Suite struct MatrixMultiplicationTests {
    static let extents = [
        (1, 1, 1), (5, 3, 2), (6, 16, 16), (7, 31, 17), (13, 600, 33), (99, 1030, 70), (200, 64, 129),
    ]

    @Test(arguments: InstructionSet.available, extents)
    func productsAgreeWithPlainLoopsWhicheverFactorIsTransposed(
        instructionSet: InstructionSet, extents: (Int, Int, Int)
    ) throws {
        let (rows, inner, columns) = extents
        let runner = OperationRunner(backend: try CPUBackend(threads: 2, instructionSet: instructionSet))
        let left = randomValues(rows * inner, seed: 1)
        let right = randomValues(inner * columns, seed: 2)
        for (transposesLeft, transposesRight) in [(false, false), (true, false), (false, true), (true, true)] {
            var expected = [Double](repeating: 0, count: rows * columns)
            for i in 0..<rows {
                for j in 0..<columns {
                    for k in 0..<inner {
                        expected[i * columns + j] +=
                            Double(left[transposesLeft ? k * rows + i : i * inner + k])
                            * Double(right[transposesRight ? j * inner + k : k * columns + j])
                    }
                }
            }
            let result = try runner.run(
                MatrixMultiplication(transposesLeft: transposesLeft, transposesRight: transposesRight),
                [
                    (TensorDescription(transposesLeft ? [inner, rows] : [rows, inner], batched: false), left),
                    (TensorDescription(transposesRight ? [columns, inner] : [inner, columns], batched: false), right),
                ], count: 1)
            #expect(normalizedError(result[0], expected) < 1e-11)
        }
    }

    @Test(arguments: InstructionSet.available)
    func aDenseLayerAndItsGradientsAgreeWithPlainLoops(instructionSet: InstructionSet) throws {
        let runner = OperationRunner(backend: try CPUBackend(threads: 2, instructionSet: instructionSet))
        // The second is cut along its inputs, the third has many outputs.
        for (samples, inputs, outputs) in [(3, 20, 7), (5, 5000, 10), (2, 130, 1100), (33, 70, 64)] {
            let x = randomValues(samples * inputs, seed: 1)
            let weight = randomValues(inputs * outputs, seed: 2)
            let bias = randomValues(outputs, seed: 3)
            let gradient = randomValues(samples * outputs, seed: 4)
            var y = [Double](repeating: 0, count: samples * outputs)
            var dx = [Double](repeating: 0, count: samples * inputs)
            var dw = [Double](repeating: 0, count: inputs * outputs)
            for n in 0..<samples {
                for k in 0..<outputs {
                    let g = Double(gradient[n * outputs + k])
                    var sum = Double(bias[k])
                    for c in 0..<inputs {
                        sum += Double(x[n * inputs + c]) * Double(weight[c * outputs + k])
                        dx[n * inputs + c] += g * Double(weight[c * outputs + k])
                        dw[c * outputs + k] += g * Double(x[n * inputs + c])
                    }
                    y[n * outputs + k] = max(0, sum)
                }
            }
            let features = (TensorDescription([inputs], batched: true), x)
            let filter = (TensorDescription([inputs, outputs], batched: false), weight)
            let shift = (TensorDescription([outputs], batched: false), bias)
            let dy = (TensorDescription([outputs], batched: true), gradient)
            let forward = try runner.run(
                Dense(activation: .relu), [features, filter, shift], count: samples, capacity: samples + 2)
            #expect(normalizedError(forward[0], y) < 1e-11)
            #expect(normalizedError(try runner.run(DenseInputGradient(), [dy, filter], count: samples)[0], dx) < 1e-11)
            #expect(
                normalizedError(try runner.run(DenseWeightGradient(), [features, dy], count: samples)[0], dw) < 1e-11)
        }
    }
}
