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
        /// RMSProp (Hinton, 2012) as PyTorch computes it.
        case rmsprop
        /// RMSProp as TensorFlow computes it, in timm's form: mean squares start at 1.
        case rmspropTF = "rmsprop-tf"
        /// LAMB (You et al., 2020), for large batches.
        case lamb

        /// The learning rate that Keras (PyTorch, timm) takes when none is given.
        public var defaultLearningRate: Float {
            switch self {
            case .adam, .adamW, .lamb: 0.001
            case .sgd, .rmsprop, .rmspropTF: 0.01
            }
        }

        /// The weight decay when none is given: Keras' for AdamW, timm's for LAMB.
        public var defaultWeightDecay: Float {
            switch self {
            case .adamW: 0.004
            case .lamb: 0.01
            case .adam, .sgd, .rmsprop, .rmspropTF: 0
            }
        }

        /// What keeps a denominator from zero when nothing is given: Keras', PyTorch's or timm's.
        public var defaultEpsilon: Float {
            switch self {
            case .adam, .adamW, .sgd: 1e-7
            case .rmsprop: 1e-8
            case .rmspropTF: 1e-10
            case .lamb: 1e-6
            }
        }

        /// Whether it has a momentum that can be set.
        public var takesMomentum: Bool { [.sgd, .rmsprop, .rmspropTF].contains(self) }
    }

    /// The family.
    public var method: Method
    /// How far a step goes.
    public var learningRate: Float
    /// SGD and RMSProp: how much of the velocity is kept, 0 ..< 1.
    public var momentum: Float
    /// SGD: whether the gradient is taken ahead, where momentum carries the weight.
    public var isNesterov: Bool
    /// How much weights shrink: decoupled for AdamW and LAMB, an L2 penalty for the others.
    public var weightDecay: Float
    /// Whether all parameters shrink; else those of one dimension, which are biases and the scales and shifts of normalisation,
    /// are spared, as is usual.
    public var decaysAll: Bool
    /// Adam and LAMB: how much of the first moment is kept.
    public var beta1: Float
    /// Adam and LAMB: how much of the second moment is kept.
    public var beta2: Float
    /// RMSProp: how much of the mean square is kept.
    public var rho: Float
    /// Adam, LAMB and RMSProp: what keeps the denominator from zero.
    public var epsilon: Float

    /// An optimiser with Keras' defaults where nothing else is given; PyTorch's for RMSProp, timm's for TensorFlow's RMSProp and
    /// LAMB.
    public init(
        _ method: Method = .adam, learningRate: Float? = nil, momentum: Float = 0, isNesterov: Bool = false,
        weightDecay: Float? = nil, decaysAll: Bool = false, beta1: Float = 0.9, beta2: Float = 0.999,
        rho: Float? = nil, epsilon: Float? = nil
    ) {
        self.method = method
        self.learningRate = learningRate ?? method.defaultLearningRate
        self.momentum = momentum
        self.isNesterov = isNesterov
        self.weightDecay = weightDecay ?? method.defaultWeightDecay
        self.decaysAll = decaysAll
        self.beta1 = beta1
        self.beta2 = beta2
        self.rho = rho ?? (method == .rmspropTF ? 0.9 : 0.99)
        self.epsilon = epsilon ?? method.defaultEpsilon
    }

    /// Reads what a run says; runs of earlier versions say less, and let all parameters shrink.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try container.decode(Method.self, forKey: .method),
            learningRate: try container.decode(Float.self, forKey: .learningRate),
            momentum: try container.decode(Float.self, forKey: .momentum),
            isNesterov: try container.decode(Bool.self, forKey: .isNesterov),
            weightDecay: try container.decode(Float.self, forKey: .weightDecay),
            decaysAll: try container.decodeIfPresent(Bool.self, forKey: .decaysAll) ?? true,
            beta1: try container.decode(Float.self, forKey: .beta1),
            beta2: try container.decode(Float.self, forKey: .beta2),
            rho: try container.decodeIfPresent(Float.self, forKey: .rho),
            epsilon: try container.decode(Float.self, forKey: .epsilon))
    }

    /// - Throws: `TrainingError` when a number is out of its range.
    public func validate() throws {
        guard learningRate.isFinite, learningRate > 0 else {
            throw TrainingError("the learning rate is \(learningRate); it must be above 0")
        }
        let parts = [("momentum", momentum), ("beta1", beta1), ("beta2", beta2), ("rho", rho)]
        for (name, value) in parts where !(0..<1 ~= value) {
            throw TrainingError("\(name) is \(value); it must be 0 or more and below 1")
        }
        guard weightDecay.isFinite, weightDecay >= 0, epsilon.isFinite, epsilon > 0 else {
            throw TrainingError("weight decay must be 0 or more, and epsilon above 0")
        }
        guard momentum == 0 || method.takesMomentum else {
            throw TrainingError("momentum is an option of sgd and rmsprop; \(method.rawValue) has its own (beta1)")
        }
        guard !isNesterov || method == .sgd else {
            throw TrainingError("Nesterov's momentum is an option of sgd, not of \(method.rawValue)")
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
        let weightDecay = decaysAll || shape.rank > 1 ? weightDecay : 0
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
        case .rmsprop, .rmspropTF:
            let start: Initializer = method == .rmspropTF ? .ones : .zeros
            var inputs = [parameter, gradient, try graph.state("optimizer.s/" + name, shape, start)]
            if momentum > 0 { inputs.append(try graph.state("optimizer.velocity/" + name, shape, .zeros)) }
            let update = RMSPropUpdate(
                rho: rho, epsilon: epsilon, momentum: momentum, weightDecay: weightDecay,
                followsTensorFlow: method == .rmspropTF, rateFactor: rateFactor)
            try graph.append(update, inputs, layer: name, phase: .update)
        case .lamb:
            let first = try graph.state("optimizer.m/" + name, shape, .zeros)
            let second = try graph.state("optimizer.v/" + name, shape, .zeros)
            let update = LAMBUpdate(
                beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay, rateFactor: rateFactor)
            try graph.append(update, [parameter, gradient, first, second], layer: name, phase: .update)
        }
    }
}
