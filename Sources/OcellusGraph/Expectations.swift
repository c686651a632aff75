extension Operation {
    /// Throws unless there are exactly `count` inputs.
    package func expect(_ inputs: [TensorDescription], _ count: Int) throws(ShapeMismatch) {
        guard inputs.count == count else {
            throw ShapeMismatch("wants \(count) input\(count == 1 ? "" : "s"), not \(inputs.count)")
        }
    }

    /// Throws unless there are `count` inputs, all of one description.
    package func expectSame(_ inputs: [TensorDescription], _ count: Int) throws(ShapeMismatch) {
        try expect(inputs, count)
        for other in inputs.dropFirst() where other != inputs[0] {
            throw ShapeMismatch("wants inputs of one shape, not \(inputs[0]) and \(other)")
        }
    }

    /// Throws unless `input` is unbatched and of `shape`.
    package func expect(_ input: TensorDescription, is shape: Shape, _ what: String) throws(ShapeMismatch) {
        guard input == TensorDescription(shape, batched: false) else {
            throw ShapeMismatch("wants its \(what) to be \(shape), not \(input)")
        }
    }
}
