import OcellusGraph

/// A tensor in memory with its name.
public struct NamedTensor: Sendable, Equatable {
    /// Its name, unique in a file or model.
    public let name: String
    /// Its extents, outermost first.
    public let shape: Shape
    /// Its elements, row-major: as many as `shape` says.
    public let values: [Float]

    /// A tensor with the elements given.
    public init(_ name: String, _ shape: Shape, _ values: [Float]) {
        self.name = name
        self.shape = shape
        self.values = values
    }
}
