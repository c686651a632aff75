/// The gradient of a fully connected layer by its weight, and at once the optimiser's step on that weight. Made by fusion
/// where nothing else reads the gradient, which is then never stored: for a layer whose weights are beyond the caches that
/// is two passes over memory less.
///
/// Inputs: x `[N, C]`, dy `[N, K]`, then what the update takes beside the gradient: weight `[C, K]` (changed) and states of
/// its shape (changed). No output.
public struct DenseWeightUpdate: Operation {
    public static let name = "denseWeightUpdate"
    /// The optimiser's step.
    public let update: any ParameterUpdate

    /// The gradient and an update by it.
    public init(_ update: any ParameterUpdate) { self.update = update }

    public var mutatedInputs: [Int] { update.mutatedInputs.map { $0 == 0 ? 2 : $0 + 1 } }

    /// (x, dy, weight, states…) → nothing.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        guard inputs.count >= 3 else { throw ShapeMismatch("wants 3 inputs or more, not \(inputs.count)") }
        return try update.outputs(for: updated(inputs))
    }

    public func cost(inputs: [TensorDescription], outputs: [TensorDescription], samples: Int) -> Cost {
        // A gradient that cannot be told costs nothing; `outputs(for:)` has thrown for it.
        guard let updated = try? updated(inputs) else { return Cost(flops: 0, bytes: 0) }
        var cost = update.cost(inputs: updated, outputs: [], samples: samples)
        cost.flops += 2 * samples * updated[1].shape.count
        cost.bytes += inputs[0].byteCount(samples: samples) + inputs[1].byteCount(samples: samples)
        cost.bytes -= updated[1].byteCount(samples: samples)
        return cost
    }

    /// What the update would take by itself: weight, gradient, states.
    private func updated(_ inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        let gradient = try DenseWeightGradient().outputs(for: Array(inputs[..<2]))
        return [inputs[2]] + gradient + inputs[3...]
    }
}
