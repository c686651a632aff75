/// What the kernels of the wide family keep in registers.
struct WideShape {
    /// Rows of accumulators; even, for pooling.
    let rows: Int
    /// Vectors of 16 in a row.
    let vectors: Int
    /// How products are added.
    let product: MultiplyAdd

    /// Columns of a row.
    var columns: Int { 16 * vectors }

    /// The macros of the `…_wide.cl` files.
    var defines: [(String, Int)] { [("ROWS", rows), ("VECTORS", vectors)] + product.defines }
}

extension OpenCLBackend {
    /// As many accumulators as fit a CPU's vector registers beside the factors, unless the parameters say otherwise.
    /// - Parameter columns: how many a kernel has that can take several vectors of them.
    func wideShape(columns: Int = 16) -> WideShape {
        let usual =
            switch vectorWidth {
            case 16...: 12
            case 8...: 6
            default: 2
            }
        // Two vectors halve what is loaded for a product, where that many registers are.
        let vectors = vectorWidth >= 16 && columns > 16 && (columns % 32 == 0 || columns > 96) ? 2 : 1
        return WideShape(rows: parameters.rows ?? usual, vectors: parameters.vectors ?? vectors, product: product)
    }

    /// How products are added: as operators unless the parameters say otherwise.
    var product: MultiplyAdd { parameters.product ?? .operators }

    /// The macros of `tiled.cl`, or of `tiled_mma.cl`.
    func defines(of tile: MatrixTile) -> [(String, Int)] {
        matrixUnits == nil
            ? tile.defines + product.defines : [("TILE_ROWS", tile.rows), ("TILE_COLUMNS", tile.columns)]
    }

    /// The tile for a product of `rows` × `columns`, unless the parameters say otherwise: the largest of which every compute
    /// unit gets some.
    func tile(rows: Int, columns: Int) -> MatrixTile {
        if let tile = parameters.tile, matrixUnits == nil || MatrixTile.ofUnits.contains(tile) { return tile }
        let large = columns <= 32 ? MatrixTile.narrow : columns <= 64 ? .tall : .large
        let limits = openCLDevice
        let fits =
            large.itemCount <= limits.maximumWorkGroupSize && large.localByteCount <= limits.localMemoryByteCount
        return fits && large.count(rows: rows, columns: columns) >= 2 * limits.computeUnits ? large : .small
    }
}

extension MultiplyAdd {
    /// The macros of `functions.cl`.
    var defines: [(String, Int)] { [("PRODUCT", kernelNumber)] }
}

extension MatrixTile {
    /// For products of any size.
    static let small = MatrixTile(64, 64, item: 4, 4, slice: 16)
    /// For large products, with up to 32 columns, with up to 64, with more.
    static let narrow = MatrixTile(128, 32, item: 4, 4, slice: 16)
    static let tall = MatrixTile(128, 64, item: 8, 4, slice: 16)
    static let large = MatrixTile(128, 128, item: 8, 8, slice: 8, buffers: 2)

    /// Those that `tiled_mma.cl` makes, each by 256 work-items.
    static let ofUnits = [large, tall, small, narrow]

    /// Tiles of a product.
    func count(rows: Int, columns: Int) -> Int { rows.dividedUp(by: self.rows) * columns.dividedUp(by: self.columns) }

    /// A group for each tile of so many products; `extent` tells rows and products for the samples present.
    func grid(columns: Int, _ extent: @escaping @Sendable (Int) -> (rows: Int, products: Int)) -> LaunchGrid {
        let tile = self
        return LaunchGrid(local: [itemCount, 1, 1]) { count in
            let (rows, products) = extent(count)
            return [columns.dividedUp(by: tile.columns), rows.dividedUp(by: tile.rows), products]
        }
    }
}
