import OcellusGraph

/// Units that multiply small tiles of matrices at once, as the kernels of GPUs use them (`tiled_mma.cl`).
public enum MatrixUnits: Sendable {
    /// NVIDIA's tensor cores from Ampere on, by inline PTX.
    case tensorCores
    /// None: an exchange through local memory stands for them, so that the kernels run on any device, for tests.
    case portable
}

extension Precision {
    /// The number by which `tiled_mma.cl` knows what factors are rounded to; nil in FP32, which no unit multiplies.
    var factorsNumber: Int? {
        switch self {
        case .fp32: nil
        case .fp16: 1
        case .bf16: 2
        case .tf32: 3
        }
    }
}

extension OpenCLDevice {
    /// Whether it may have tensor cores that take inline PTX; whether it has them shows when they are tried.
    var isNVIDIA: Bool { platformName.contains("NVIDIA") }
}

extension OpenCLBackend {
    /// The skeleton of the products of GPUs, which follows the files that say what is multiplied.
    var tiledSkeleton: String { matrixUnits == nil ? "tiled" : "tiled_mma" }

    /// The macros of `tiled_mma.cl`.
    var unitDefines: [String] {
        guard let factors = precision.factorsNumber else { return [] }
        return ["FACTORS=\(factors)"] + (matrixUnits == .portable ? ["PORTABLE=1"] : [])
    }

    /// Multiplies two matrices whose product is known.
    /// - Throws: `BackendError` when the program does not build or run, or the product is wrong.
    package func tryMatrixUnits() throws {
        // Whole numbers, so that neither rounding nor the order of sums matters; more than a tile, and no multiple of one.
        let (rows, inner, columns) = (70, 45, 67)
        let left = (0..<rows * inner).map { Float($0 * 7 % 13 - 6) }
        let right = (0..<inner * columns).map { Float($0 * 5 % 11 - 5) }
        let operands = try [(left, Shape([rows, inner])), (right, Shape([inner, columns]))].map { values, shape in
            Operand(TensorDescription(shape, batched: false), try constants(values, label: "matrix units"))
        }
        var product = [Float](repeating: .nan, count: rows * columns)
        let result = Operand(
            TensorDescription([rows, columns], batched: false), try constants(product, label: "matrix units"))
        let step = try MatrixMultiplication().prepare(
            on: self,
            OperationArguments(inputs: operands, outputs: [result], capacity: 1, label: "matrix units"))
        try run([step], Invocation(count: 1))
        try product.withUnsafeMutableBytes { try read(result.region, into: $0) }
        for row in 0..<rows {
            for column in 0..<columns {
                let expected = (0..<inner).reduce(Float(0)) {
                    $0 + left[row * inner + $1] * right[$1 * columns + column]
                }
                guard product[row * columns + column] == expected else {
                    throw BackendError("a product's element is \(product[row * columns + column]), not \(expected)")
                }
            }
        }
    }
}
