import OcellusGraph

/// Units that multiply small tiles of matrices at once, as the kernels of GPUs use them.
public enum MatrixUnits: Sendable {
    /// NVIDIA's tensor cores from Ampere on, a warp at a time, by inline PTX (`tiled_mma.cl`).
    case tensorCores
    /// The same of Hopper, where large products of 16-bit factors go four warps at a time (`tiled_wgmma.cl`).
    case warpGroups
    /// None: what stands for `tensorCores` or `warpGroups` runs on any device, for tests.
    case portable, portableWarpGroups

    /// Whether large products of 16-bit factors have a skeleton of their own.
    var haveWarpGroups: Bool { self == .warpGroups || self == .portableWarpGroups }

    var arePortable: Bool { self == .portable || self == .portableWarpGroups }
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
    /// The program of a product of GPUs: the files that say what is multiplied, and the skeleton that makes such tiles.
    func tiledSource(_ problem: String..., tile: MatrixTile) throws -> KernelSource {
        try .files(problem + ["tiled_fetch"] + skeleton(tile))
    }

    private func skeleton(_ tile: MatrixTile) -> [String] {
        guard matrixUnits != nil else { return ["tiled"] }
        let isOfWarpGroups = takesWarpGroups && MatrixTile.ofWarpGroups.contains(tile)
        return ["tiled_factors", isOfWarpGroups ? "tiled_wgmma" : "tiled_mma"]
    }

    /// Whether groups of warps make its large products.
    var takesWarpGroups: Bool { matrixUnits?.haveWarpGroups == true && takesNarrowFactors }

    /// Whether units multiply factors as activations are stored.
    var takesNarrowFactors: Bool { matrixUnits != nil && precision != .tf32 }

    /// The macros of `tiled.cl`, or of the skeletons for matrix units.
    func defines(of tile: MatrixTile) -> [(String, Int)] {
        guard let matrixUnits, let factors = precision.factorsNumber else { return tile.defines + product.defines }
        return [
            ("TILE_ROWS", tile.rows), ("TILE_COLUMNS", tile.columns), ("ITEMS", tile.itemCount),
            ("SLICE", precision == .tf32 ? 16 : 32), ("FACTORS", factors),
        ] + (matrixUnits.arePortable ? [("PORTABLE", 1)] : [])
    }

    /// Takes the best units that the device has and that multiply rightly.
    /// - Returns: why it has none.
    func findMatrixUnits() -> String? {
        var problem: String?
        for units in precision == .tf32 ? [MatrixUnits.tensorCores] : [.warpGroups, .tensorCores] {
            do {
                matrixUnits = units
                try tryMatrixUnits()
                return nil
            } catch {
                problem = "\(error)"
            }
        }
        matrixUnits = nil
        return problem
    }

    /// Multiplies matrices whose products are known, by each skeleton and from each way in which factors lie.
    /// - Throws: `BackendError` when a program does not build or run, or a product is wrong.
    package func tryMatrixUnits() throws {
        try tryProduct(MatrixMultiplication())
        guard takesWarpGroups else { return }
        // The others are taken by tuning alone, which compares what they make with the CPU's.
        for tile in [MatrixTile.large, .tall] { try tryProducts(by: tile) }
    }

    /// Multiplies such matrices from each way in which factors lie.
    package func tryProducts(by tile: MatrixTile) throws {
        for (left, right) in [(false, false), (false, true), (true, false), (true, true)] {
            try tryProduct(MatrixMultiplication(transposesLeft: left, transposesRight: right), by: tile)
        }
    }

    private func tryProduct(_ multiplication: MatrixMultiplication, by tile: MatrixTile? = nil) throws {
        // Whole numbers, so that neither rounding nor the order of sums matters; more than a tile, and no multiple of one, and
        // several slices.
        let (rows, inner, columns) = ((tile ?? .large).rows + 12, 141, (tile ?? .large).columns + 11)
        let left = (0..<rows * inner).map { Float($0 * 7 % 13 - 6) }
        let right = (0..<inner * columns).map { Float($0 * 5 % 11 - 5) }
        let (leftStrides, rightStrides) = (
            multiplication.transposesLeft ? (1, rows) : (inner, 1),
            multiplication.transposesRight ? (1, inner) : (columns, 1)
        )
        let shapes = [
            Shape(multiplication.transposesLeft ? [inner, rows] : [rows, inner]),
            Shape(multiplication.transposesRight ? [columns, inner] : [inner, columns]),
        ]
        let operands = try zip([left, right], shapes).map { values, shape in
            Operand(TensorDescription(shape, batched: false), try constants(values, label: "matrix units"))
        }
        var product = [Float](repeating: .nan, count: rows * columns)
        let result = Operand(
            TensorDescription([rows, columns], batched: false), try constants(product, label: "matrix units"))
        let step = try multiplication.prepare(
            on: tile.map { forcing(KernelParameters(tile: $0)) } ?? self,
            OperationArguments(inputs: operands, outputs: [result], capacity: 1, label: "matrix units"))
        try run([step], Invocation(count: 1))
        try product.withUnsafeMutableBytes { try read(result.region, into: $0) }
        for row in 0..<rows {
            for column in 0..<columns {
                let expected = (0..<inner).reduce(Float(0)) {
                    $0 + left[row * leftStrides.0 + $1 * leftStrides.1]
                        * right[$1 * rightStrides.0 + column * rightStrides.1]
                }
                guard product[row * columns + column] == expected else {
                    throw BackendError("a product's element is \(product[row * columns + column]), not \(expected)")
                }
            }
        }
    }
}
