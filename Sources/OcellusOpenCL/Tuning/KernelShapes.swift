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

    /// The tile for a product of `rows` × `columns`, unless the parameters say otherwise: the one with which the compute units are
    /// done first.
    ///
    /// - Parameter fillsDevice: whether there are so many products that all units are busy with any tile.
    func tile(rows: Int, columns: Int, fillsDevice: Bool = false) -> MatrixTile {
        if let tile = parameters.tile, matrixUnits == nil || tilesOfUnits.contains(tile) { return tile }
        let candidates = (matrixUnits == nil ? MatrixTile.usual : MatrixTile.ofUnits).filter(fits)
        let costs = candidates.map { tile in
            let tiles = tile.count(rows: rows, columns: columns)
            let units = fillsDevice ? 1 : openCLDevice.computeUnits
            // A unit with one group alone waits for its memory.
            let rounds = Double(tiles.dividedUp(by: units)) * (tiles <= units && !fillsDevice ? 1.3 : 1)
            return rounds * Double(tile.rows * tile.columns)
                / tile.efficiency(onUnits: matrixUnits != nil, fillsDevice: fillsDevice)
        }
        return zip(candidates, costs).min { $0.1 < $1.1 }?.0 ?? .small
    }

    /// The tiles that matrix units make, in the order in which they are tried.
    var tilesOfUnits: [MatrixTile] {
        takesWarpGroups ? MatrixTile.ofWarpGroups + [.small, .narrow] : MatrixTile.ofUnits
    }

    /// The same device with the tiles of large products for all, to check what no small shape has; nil where they are not used.
    package var withLargeTiles: OpenCLBackend? {
        kernelFamily == .tiled && fits(.large) ? forcing(KernelParameters(tile: .large)) : nil
    }
}

extension MultiplyAdd {
    /// The macros of `functions.cl`.
    var defines: [(String, Int)] { [("PRODUCT", kernelNumber)] }
}

extension MatrixTile {
    /// By how many columns they are made for, and for large products of any.
    static let tiny = MatrixTile(32, 32, item: 4, 4, slice: 16)
    static let narrow = MatrixTile(128, 32, item: 4, 4, slice: 16)
    static let small = MatrixTile(64, 64, item: 4, 4, slice: 16)
    static let tall = MatrixTile(128, 64, item: 8, 4, slice: 16)
    package static let large = MatrixTile(128, 128, item: 8, 8, slice: 16)
    static let usual = [large, tall, small, narrow, tiny]

    /// How near large products come to the best tile's speed, as measured on an H100.
    func efficiency(onUnits: Bool, fillsDevice: Bool) -> Double {
        switch (rows, columns) {
        case (128, 128): 1
        case (128, 64): onUnits ? 0.7 : fillsDevice ? 1.05 : 0.86
        case (64, 64): onUnits ? 0.4 : 0.69
        case (128, 32): onUnits ? 0.4 : 0.6
        default: 0.4
        }
    }

    /// Those that `tiled_mma.cl` makes, each by 256 work-items.
    static let ofUnits = [large, tall, small, narrow]

    /// Two of the large ones, by groups that have a compute unit to themselves. They fetch a quarter less for as large a product.
    package static let twiceAsHigh = MatrixTile(256, 128, item: 8, 8, slice: 16)
    package static let twiceAsWide = MatrixTile(128, 256, item: 8, 8, slice: 16)
    /// Those that `tiled_wgmma.cl` makes, in the order in which tuning tries them, which alone takes the first two.
    static let ofWarpGroups = [twiceAsHigh, twiceAsWide, tall, large]

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
