/// How the kernels of one operation are shaped and which way they compute; what is nil is as it suits the device.
public struct KernelParameters: Sendable, Hashable, Codable {
    /// The family of kernels.
    public var family: KernelFamily?
    /// The way in which a convolution is computed.
    public var algorithm: ConvolutionAlgorithm?
    /// How products are added.
    public var product: MultiplyAdd?
    /// Of the wide family: rows of accumulators.
    public var rows: Int?
    /// Of the wide family: vectors of 16 accumulators in a row.
    public var vectors: Int?
    /// Of the wide family: the results that a work-item makes before it ends, in rows.
    public var work: Int?
    /// Of the tiled family: what a work-group and a work-item make.
    public var tile: MatrixTile?
    /// Of the tiled family with matrix units: whether a convolution's filter is rounded beforehand to what the units take.
    public var narrowsFilter: Bool?
    /// Work-groups that a device wants, up to which a long sum is cut into chunks.
    public var groups: Int?
    /// Elements that a work-item handles at once where memory is what bounds it.
    public var width: Int?

    /// As it suits the device, but for what is given.
    public init(
        family: KernelFamily? = nil, algorithm: ConvolutionAlgorithm? = nil, product: MultiplyAdd? = nil,
        rows: Int? = nil, vectors: Int? = nil, work: Int? = nil, tile: MatrixTile? = nil, narrowsFilter: Bool? = nil,
        groups: Int? = nil, width: Int? = nil
    ) {
        self.family = family
        self.algorithm = algorithm
        self.product = product
        self.rows = rows
        self.vectors = vectors
        self.work = work
        self.tile = tile
        self.narrowsFilter = narrowsFilter
        self.groups = groups
        self.width = width
    }

    /// The same with what `other` says in place of it.
    public func replacing(with other: KernelParameters) -> KernelParameters {
        KernelParameters(
            family: other.family ?? family, algorithm: other.algorithm ?? algorithm, product: other.product ?? product,
            rows: other.rows ?? rows, vectors: other.vectors ?? vectors, work: other.work ?? work,
            tile: other.tile ?? tile, narrowsFilter: other.narrowsFilter ?? narrowsFilter,
            groups: other.groups ?? groups, width: other.width ?? width)
    }
}

extension KernelParameters: CustomStringConvertible {
    /// As `tiled, tile 128×64 of 8×4, slice 16`; `usual` when nothing is said.
    public var description: String {
        var parts: [String] = []
        if let family { parts.append(family.rawValue) }
        if let algorithm { parts.append(algorithm.rawValue) }
        if let tile { parts.append("\(tile)") }
        if narrowsFilter == true { parts.append("filter rounded first") }
        if let rows { parts.append("\(rows) rows") }
        if let vectors { parts.append("\(vectors) vectors") }
        if let work { parts.append("\(work) a work-item") }
        if let groups { parts.append("\(groups) groups") }
        if let width { parts.append("\(width) wide") }
        if let product { parts.append(product.rawValue) }
        return parts.isEmpty ? "usual" : parts.joined(separator: ", ")
    }
}

/// How kernels add products, `a b + c`. Which is quickest differs by driver, and so do the last bits.
public enum MultiplyAdd: String, Sendable, Codable, CaseIterable {
    /// As operators, which the compiler may fuse.
    case operators
    /// By OpenCL's `mad`, which may round in between or not.
    case mad
    /// By OpenCL's `fma`, which never does.
    case fma

    /// The number by which kernels know it.
    var kernelNumber: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// The ways in which a convolution, or its gradient by the input, is computed.
public enum ConvolutionAlgorithm: String, Sendable, Codable, CaseIterable {
    /// As a sum over the window: a product with matrices that are never made.
    case direct
    /// By Winograd's F(4×4, 3×3), for dense 3×3 windows (Lavin & Gray, CVPR 2016).
    case winograd
}

/// What work-groups and work-items of the tiled family make: `tiled.cl` has the meaning of each.
public struct MatrixTile: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Rows and columns of the product that a work-group makes.
    public var rows, columns: Int
    /// Those that a work-item makes, multiples of 4.
    public var itemRows, itemColumns: Int
    /// Inner indices that are in local memory at once.
    public var slice: Int
    /// 1, or 2 where the next slice has local memory of its own.
    public var buffers: Int

    /// A tile.
    public init(_ rows: Int, _ columns: Int, item itemRows: Int, _ itemColumns: Int, slice: Int, buffers: Int = 1) {
        (self.rows, self.columns) = (rows, columns)
        (self.itemRows, self.itemColumns) = (itemRows, itemColumns)
        self.slice = slice
        self.buffers = buffers
    }

    /// As `128×64 of 8×4, slice 16, 2 buffers`.
    public var description: String {
        "\(rows)×\(columns) of \(itemRows)×\(itemColumns), slice \(slice)" + (buffers > 1 ? ", \(buffers) buffers" : "")
    }

    /// Work-items of a group.
    var itemCount: Int { rows / itemRows * (columns / itemColumns) }

    /// Bytes of local memory that a group takes.
    var localByteCount: Int { buffers * slice * (rows / 4 + 1 + columns / 4 + 1) * 16 }

    /// The macros of `tiled.cl`.
    var defines: [(String, Int)] {
        [
            ("TILE_ROWS", rows), ("TILE_COLUMNS", columns), ("ITEM_ROWS", itemRows), ("ITEM_COLUMNS", itemColumns),
            ("SLICE", slice), ("BUFFERS", buffers), ("ITEMS", itemCount),
        ]
    }

    /// Those that are tried, the likeliest for large products first.
    public static let all: [MatrixTile] = [
        MatrixTile(128, 128, item: 8, 8, slice: 16), MatrixTile(64, 64, item: 4, 4, slice: 16),
        MatrixTile(128, 64, item: 8, 4, slice: 16), MatrixTile(128, 128, item: 8, 8, slice: 8, buffers: 2),
        MatrixTile(64, 64, item: 8, 8, slice: 16, buffers: 2), MatrixTile(64, 128, item: 8, 8, slice: 8, buffers: 2),
        MatrixTile(128, 64, item: 8, 8, slice: 8, buffers: 2), MatrixTile(128, 32, item: 4, 4, slice: 16),
        MatrixTile(32, 64, item: 4, 4, slice: 16, buffers: 2), MatrixTile(64, 32, item: 4, 4, slice: 32),
        MatrixTile(256, 32, item: 8, 4, slice: 8, buffers: 2), MatrixTile(32, 32, item: 4, 4, slice: 16),
    ]
}
