import OcellusGraph

/// Blocks of a tensor's elements that the shape decides, never the threads, so that sums over it add up in one order.
enum FixedBlocks {
    private static let size = 16 * 1024

    /// How many blocks `count` elements have.
    static func count(of count: Int) -> Int { (count + size - 1) / size }

    /// The elements of a block.
    static func range(of block: Int, count: Int) -> Range<Int> { block * size..<min((block + 1) * size, count) }
}

extension OperationArguments {
    /// The workspace as doubles.
    /// - Throws: `BackendError` when the plan gave none, or too little.
    func workspaceDoubles(count: Int) throws -> UnsafeMutablePointer<Double> {
        UnsafeMutableRawPointer(try workspaceFloats(byteCount: count * MemoryLayout<Double>.size))
            .assumingMemoryBound(to: Double.self)
    }
}
