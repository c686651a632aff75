/// Softmax and categorical cross-entropy in one, on logits: numerically safe, and with a plain gradient.
///
/// Inputs: logits `[N, C]` and targets `[N, C]`, a distribution a sample (one-hot, or soft). Targets are smoothed,
/// `t′ = (1 − s) · t + s / C`; each sample weighs `w = Σ t[c] · classWeights[c]` (of the targets before smoothing; 1
/// without class weights). Outputs: the loss of each sample, `[N]` (shape `[]` a sample), `w · −Σ t′ log p`; and p.
/// What is minimised is the mean over the samples present, as Keras has it.
public struct SoftmaxCrossEntropy: DifferentiableOperation, Hashable {
    public static let name = "softmaxCrossEntropy"
    /// s: how much of each target is spread evenly over all classes.
    public let labelSmoothing: Float
    /// A weight a class, or none.
    public let classWeights: [Float]

    /// Cross-entropy.
    public init(labelSmoothing: Float = 0, classWeights: [Float] = []) {
        self.labelSmoothing = labelSmoothing
        self.classWeights = classWeights
    }

    /// (logits, targets) → (losses, probabilities).
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expectClasses(inputs, classWeights)
        return [TensorDescription([], batched: inputs[0].isBatched), inputs[0]]
    }

    public func differentiate(_ builder: inout GradientBuilder) throws {
        let operation = SoftmaxCrossEntropyGradient(labelSmoothing: labelSmoothing, classWeights: classWeights)
        let gradient = try builder.append(operation, [builder.outputs[1], builder.inputs[1]])
        builder.setGradient(ofInput: 0, to: gradient[0])
    }
}

/// The gradient of the mean cross-entropy by the logits: (p, targets) → `lossScale · w · (p · Σ t′ − t′) / batchCount`,
/// `[N, C]`, where `lossScale` and `batchCount` are the invocation's.
public struct SoftmaxCrossEntropyGradient: Operation, Hashable {
    public static let name = "softmaxCrossEntropyGradient"
    /// As in `SoftmaxCrossEntropy`.
    public let labelSmoothing: Float
    /// As in `SoftmaxCrossEntropy`.
    public let classWeights: [Float]

    /// The gradient of a cross-entropy with the same settings.
    public init(labelSmoothing: Float = 0, classWeights: [Float] = []) {
        self.labelSmoothing = labelSmoothing
        self.classWeights = classWeights
    }

    /// (probabilities, targets) → gradient by the logits.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expectClasses(inputs, classWeights)
        return [inputs[0]]
    }
}

extension Operation {
    fileprivate func expectClasses(_ inputs: [TensorDescription], _ weights: [Float]) throws(ShapeMismatch) {
        try expectSame(inputs, 2)
        guard inputs[0].shape.rank == 1, inputs[0].isBatched else {
            throw ShapeMismatch("wants logits and targets [N, C], not \(inputs[0])")
        }
        guard weights.isEmpty || weights.count == inputs[0].shape[0] else {
            throw ShapeMismatch("has \(weights.count) class weights for \(inputs[0].shape[0]) classes")
        }
    }
}
