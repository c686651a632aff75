import OcellusGraph

/// Which optimiser changes the weights, and how.
public struct OptimizerOptions: Sendable, Codable, Hashable {
    /// The family.
    public enum Method: String, Sendable, Codable, CaseIterable {
        /// Adam (Kingma & Ba, 2015).
        case adam
        /// Adam with decoupled weight decay (Loshchilov & Hutter, 2019).
        case adamW = "adamw"
        /// Stochastic gradient descent.
        case sgd

        /// The learning rate that Keras takes when none is given.
        public var defaultLearningRate: Float { self == .sgd ? 0.01 : 0.001 }
    }

    /// The family.
    public var method: Method
    /// How far a step goes.
    public var learningRate: Float
    /// SGD: how much of the velocity is kept, 0 ..< 1.
    public var momentum: Float
    /// SGD: whether the gradient is taken ahead, where momentum carries the weight.
    public var isNesterov: Bool
    /// How much weights shrink: decoupled for AdamW, an L2 penalty for the others.
    public var weightDecay: Float
    /// Adam: how much of the first moment is kept.
    public var beta1: Float
    /// Adam: how much of the second moment is kept.
    public var beta2: Float
    /// Adam: what keeps the denominator from zero.
    public var epsilon: Float

    /// An optimiser with Keras' defaults where nothing else is given.
    public init(
        _ method: Method = .adam, learningRate: Float? = nil, momentum: Float = 0, isNesterov: Bool = false,
        weightDecay: Float? = nil, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-7
    ) {
        self.method = method
        self.learningRate = learningRate ?? method.defaultLearningRate
        self.momentum = momentum
        self.isNesterov = isNesterov
        self.weightDecay = weightDecay ?? (method == .adamW ? 0.004 : 0)
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
    }

    /// - Throws: `TrainingError` when a number is out of its range.
    public func validate() throws {
        guard learningRate.isFinite, learningRate > 0 else {
            throw TrainingError("the learning rate is \(learningRate); it must be above 0")
        }
        for (name, value) in [("momentum", momentum), ("beta1", beta1), ("beta2", beta2)] where !(0..<1 ~= value) {
            throw TrainingError("\(name) is \(value); it must be 0 or more and below 1")
        }
        guard weightDecay.isFinite, weightDecay >= 0, epsilon.isFinite, epsilon > 0 else {
            throw TrainingError("weight decay must be 0 or more, and epsilon above 0")
        }
        guard momentum == 0 || method == .sgd else {
            throw TrainingError("momentum is an option of sgd; \(method.rawValue) has its own (beta1)")
        }
        guard !isNesterov || momentum > 0 else { throw TrainingError("Nesterov's momentum needs a momentum above 0") }
    }

    /// Appends the operation that changes one parameter by its gradient, with the states that it keeps.
    ///
    /// - Parameter rateFactor: what the learning rate is multiplied by for this parameter.
    public func appendUpdate(
        of parameter: ValueID, gradient: ValueID, rateFactor: Float = 1, to graph: inout Graph
    ) throws {
        let name = graph[parameter].name
        let shape = graph[parameter].description.shape
        switch method {
        case .adam, .adamW:
            let first = try graph.state("optimizer.m/" + name, shape, .zeros)
            let second = try graph.state("optimizer.v/" + name, shape, .zeros)
            let update = AdamUpdate(
                beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay, isDecoupled: method == .adamW,
                rateFactor: rateFactor)
            try graph.append(update, [parameter, gradient, first, second], layer: name, phase: .update)
        case .sgd:
            var inputs = [parameter, gradient]
            if momentum > 0 { inputs.append(try graph.state("optimizer.velocity/" + name, shape, .zeros)) }
            let update = SGDUpdate(
                momentum: momentum, isNesterov: isNesterov, weightDecay: weightDecay, rateFactor: rateFactor)
            try graph.append(update, inputs, layer: name, phase: .update)
        }
    }
}
