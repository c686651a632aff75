import OcellusGraph

/// One operation on inputs of given shapes and contents.
struct OperationCase: Sendable, CustomStringConvertible {
    let operation: any TestedOperation
    let inputs: [TestInput]
    /// The batch that the step is prepared for; `invocation.count` may be smaller.
    let capacity: Int
    var invocation: Invocation
    /// Of the inputs' contents.
    let seed: UInt64
    /// How activations are stored.
    var storage = ActivationStorageForm.floats
    /// What the first two inputs are rounded to before anyone multiplies them.
    var factors = Precision.fp32

    /// The inputs as they are stored.
    var inputDescriptions: [TensorDescription] { storage.inputs(inputs.map(\.description)) }

    /// The outputs as they are stored.
    func outputDescriptions() throws -> [TensorDescription] {
        try storage.outputs(operation.outputs(for: inputs.map(\.description)))
    }

    /// The inputs' contents, drawn from the seed, for `invocation.count` samples, as they are when they are stored.
    func inputValues() -> [[Float]] {
        inputs.enumerated().map { index, input in
            var random = PhiloxSequence(seed: seed, purpose: .testing, sample: index)
            let values = input.content.values(for: input.description, samples: invocation.count, &random)
            let type = inputDescriptions[index].elementType
            return values.map { value in
                let stored = rounded(value, to: type)
                return index < 2 ? roundedFactor(stored, in: factors) : stored
            }
        }
    }

    /// Floating-point operations or elements touched, whichever is more: what a slow device takes its time for.
    func work() throws -> Int {
        let descriptions = inputs.map(\.description)
        let outputs = try operation.outputs(for: descriptions)
        let cost = operation.cost(inputs: descriptions, outputs: outputs, samples: invocation.count)
        return max(cost.flops, cost.bytes / 4)
    }

    var description: String {
        "\(operation) of \(inputDescriptions), \(invocation.count) of \(capacity) samples"
    }
}

/// One input of a case.
struct TestInput: Sendable {
    let description: TensorDescription
    let content: Content

    /// An input with content uniform in ±1 unless said otherwise.
    init(_ description: TensorDescription, _ content: Content = .uniform(-1...1)) {
        self.description = description
        self.content = content
    }

    /// What an input holds.
    enum Content: Sendable {
        /// Independent, uniform.
        case uniform(ClosedRange<Float>)
        /// Evenly spaced over ±1 in random order, so that no two are equal within rounding.
        case distinct
        /// Whole numbers from −2 to 2, so that equals are many.
        case coarse
        /// What an activation function gives for numbers in ±9: its corners are met exactly.
        case activated(ActivationFunction)
        /// One 1 a row.
        case oneHot
        /// Positive numbers that sum to 1 in each row.
        case distribution
        /// Places in a max-pooling's windows, none of them in the padding, for a pooling over the input described.
        case winners(Window, of: TensorDescription)
        /// These.
        case values([Float])
    }
}

extension Philox.Purpose {
    /// Contents and shapes of test cases.
    static let testing = Philox.Purpose(rawValue: 0x7E57)
}
