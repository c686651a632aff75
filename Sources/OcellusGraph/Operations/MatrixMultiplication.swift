/// A matrix product a sample: `[N, M, K] · [N, K, L] → [N, M, L]`, or the same of two unbatched matrices. Either factor
/// may be transposed: a left one is then stored `[K, M]`, a right one `[L, K]`.
public struct MatrixMultiplication: DifferentiableOperation, Hashable {
    public static let name = "matrixMultiplication"
    /// Whether the left factor is stored transposed.
    public let transposesLeft: Bool
    /// Whether the right factor is stored transposed.
    public let transposesRight: Bool

    /// A matrix product.
    public init(transposesLeft: Bool = false, transposesRight: Bool = false) {
        self.transposesLeft = transposesLeft
        self.transposesRight = transposesRight
    }

    /// (left, right) → product.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, 2)
        let (left, right) = (inputs[0], inputs[1])
        guard left.shape.rank == 2, right.shape.rank == 2, left.isBatched == right.isBatched else {
            throw ShapeMismatch("wants two matrices, both batched or neither, not \(left) and \(right)")
        }
        let (rows, inner) = transposesLeft ? (left.shape[1], left.shape[0]) : (left.shape[0], left.shape[1])
        let (innerRight, columns) =
            transposesRight ? (right.shape[1], right.shape[0]) : (right.shape[0], right.shape[1])
        guard inner == innerRight else {
            throw ShapeMismatch(
                "\(left)\(transposesLeft ? " transposed" : "") and \(right)\(transposesRight ? " transposed" : "") "
                    + "do not multiply: \(inner) columns against \(innerRight) rows")
        }
        return [TensorDescription([rows, columns], batched: left.isBatched)]
    }

    public func cost(inputs: [TensorDescription], outputs: [TensorDescription], samples: Int) -> Cost {
        var cost = Cost.elementwise(inputs: inputs, outputs: outputs, samples: samples)
        cost.flops = 2 * outputs[0].count(samples: samples) * inputs[0].shape[transposesLeft ? 0 : 1]
        return cost
    }

    public func differentiate(_ builder: inout GradientBuilder) throws {
        let gradient = try builder.gradientOfOutput()
        let (left, right) = (builder.inputs[0], builder.inputs[1])
        if builder.needsGradient(ofInput: 0) {
            let product =
                transposesLeft
                ? try builder.append(Self(transposesLeft: transposesRight, transposesRight: true), [right, gradient])
                : try builder.append(Self(transposesRight: !transposesRight), [gradient, right])
            builder.setGradient(ofInput: 0, to: product[0])
        }
        if builder.needsGradient(ofInput: 1) {
            let product =
                transposesRight
                ? try builder.append(Self(transposesLeft: true, transposesRight: transposesLeft), [gradient, left])
                : try builder.append(Self(transposesLeft: !transposesLeft), [left, gradient])
            builder.setGradient(ofInput: 1, to: product[0])
        }
    }
}
