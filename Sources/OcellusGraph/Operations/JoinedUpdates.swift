/// The same step on several parameters, each by itself, which a device may take in one launch. Made by fusion: a network has
/// hundreds of parameters, most of them so small that to start what changes them takes longer than to change them.
///
/// Inputs: what the step takes for the first parameter, then for the second, and so on. No output.
public struct JoinedUpdates: Operation {
    public static let name = "joinedUpdates"
    /// The most parameters of one such operation.
    public static let limit = 16
    /// The step.
    public let update: any ElementwiseUpdate
    /// How many parameters there are.
    public let count: Int

    /// A step on `count` parameters, from 1 to `limit`.
    public init(_ update: any ElementwiseUpdate, count: Int) {
        self.update = update
        self.count = count
    }

    /// The inputs of each parameter's step.
    public func parts<Input>(of inputs: [Input]) -> [[Input]] {
        let size = inputs.count / count
        return (0..<count).map { Array(inputs[$0 * size..<($0 + 1) * size]) }
    }

    public var mutatedInputs: [Int] {
        (0..<count).flatMap { part in update.mutatedInputs.map { part * update.inputCount + $0 } }
    }

    /// (the step's inputs …) → nothing.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        guard 1...Self.limit ~= count, inputs.count == count * update.inputCount else {
            throw ShapeMismatch("wants \(count) times \(update.inputCount) inputs, not \(inputs.count)")
        }
        for part in parts(of: inputs) { _ = try update.outputs(for: part) }
        return []
    }

    public func cost(inputs: [TensorDescription], outputs: [TensorDescription], samples: Int) -> Cost {
        parts(of: inputs).reduce(into: Cost(flops: 0, bytes: 0)) { total, part in
            let cost = update.cost(inputs: part, outputs: [], samples: samples)
            total.flops += cost.flops
            total.bytes += cost.bytes
        }
    }
}
