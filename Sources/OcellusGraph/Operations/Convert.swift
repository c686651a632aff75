/// The same elements in another type, rounded to the nearest, ties to even: `float32` to `float16` or `bfloat16`, or back.
/// Passes that choose how activations are stored put it where an operation wants another type than it is given.
public struct Convert: Operation, Hashable {
    public static let name = "convert"
    /// What it converts to.
    public let elementType: ElementType

    /// A conversion to `elementType`.
    public init(to elementType: ElementType) { self.elementType = elementType }

    /// x → the same elements.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, 1)
        var output = inputs[0]
        guard (output.elementType == .float32) != (elementType == .float32), output.elementType.isFloating,
            elementType.isFloating
        else { throw ShapeMismatch("cannot make \(elementType) of \(output.elementType)") }
        output.elementType = elementType
        return [output]
    }
}
