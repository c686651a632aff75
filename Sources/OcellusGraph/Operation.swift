/// One operation of a graph: a value that says what is computed, not how. Each kind is a struct of its own, in a file of
/// the same name here, in each backend, in `Kernels/` and in the tests.
///
/// To add a kind from outside, conform a struct to `Operation` (and `DifferentiableOperation`), and to the protocol of
/// each backend that is to run it (`CPUOperation`, `OpenCLOperation`).
public protocol Operation: Sendable {
    /// The kind's name, as in error messages, profiles and parity tables: `convolution`.
    static var name: String { get }

    /// The shape rule.
    /// - Returns: what the outputs are for inputs as described.
    /// - Throws: `ShapeMismatch` when the inputs do not fit.
    func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription]

    /// The work at a batch of `samples`. Bytes count each input and output once.
    func cost(inputs: [TensorDescription], outputs: [TensorDescription], samples: Int) -> Cost

    /// Indices of inputs that are changed in place (optimiser updates, running statistics). They must be parameters, states or
    /// gradients.
    var mutatedInputs: [Int] { get }

    /// Output and input that may share one memory region, because the operation reads each element before it writes it.
    var inPlace: (output: Int, input: Int)? { get }

    /// Whether output 0 is input 0 under another shape, with nothing to run.
    var isView: Bool { get }
}

extension Operation {
    /// As `convolution`.
    public var name: String { Self.name }
    /// None.
    public var mutatedInputs: [Int] { [] }
    /// None.
    public var inPlace: (output: Int, input: Int)? { nil }
    /// False.
    public var isView: Bool { false }

    /// One FLOP an output element: right for what is bound by memory.
    public func cost(inputs: [TensorDescription], outputs: [TensorDescription], samples: Int) -> Cost {
        Cost.elementwise(inputs: inputs, outputs: outputs, samples: samples)
    }
}

/// An operation that knows its gradient.
public protocol DifferentiableOperation: Operation {
    /// Appends the operations that turn the gradients of the outputs into those of the inputs, and hands each to
    /// `builder.setGradient(ofInput:to:)`. Gradients that nobody needs (`builder.needsGradient(ofInput:)`) are left out.
    func differentiate(_ builder: inout GradientBuilder) throws
}

/// A change of what is kept from step to step, or of a gradient, element by element. All inputs are unbatched `float32` of one shape; some are
/// changed. No output.
///
/// Fusion may join several (`Graph.joinUpdates`).
public protocol ElementwiseUpdate: Operation, Hashable {
    /// How many inputs it takes.
    var inputCount: Int { get }
}

extension ElementwiseUpdate {
    /// (what is changed and what it is changed by, of one shape) → nothing.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expectSame(inputs, inputCount)
        try expect(inputs[0], is: inputs[0].shape, "input")
        return []
    }
}

/// An optimiser's step on one parameter. Inputs: the weight (changed), its gradient, and states (changed).
///
/// Fusion may have such a step taken where the gradient is made (`Graph.fuseUpdates`).
public protocol ParameterUpdate: ElementwiseUpdate {}

extension ParameterUpdate {
    /// What is changed, and the gradient.
    public var inputCount: Int { mutatedInputs.count + 1 }
}

/// What an operation takes: floating-point operations and bytes moved at least.
public struct Cost: Sendable, Equatable {
    /// Floating-point operations; a multiply-add counts two.
    public var flops: Int
    /// Bytes read and written when every input and output is touched once.
    public var bytes: Int

    /// A cost of `flops` operations and `bytes` moved.
    public init(flops: Int, bytes: Int) {
        self.flops = flops
        self.bytes = bytes
    }

    /// `flopsPerElement` operations an element of the first output.
    public static func elementwise(
        inputs: [TensorDescription], outputs: [TensorDescription], samples: Int, flopsPerElement: Int = 1
    ) -> Cost {
        Cost(
            flops: ((outputs.first ?? inputs.first)?.count(samples: samples) ?? 0) * flopsPerElement,
            bytes: (inputs + outputs).reduce(0) { $0 + $1.byteCount(samples: samples) })
    }
}

/// Inputs that do not fit an operation, in words, before anything runs. `Graph.append` adds the layer's name.
public struct ShapeMismatch: Error, Sendable, CustomStringConvertible {
    /// What does not fit what, with both shapes.
    public let reason: String

    /// A mismatch for the reason given.
    public init(_ reason: String) { self.reason = reason }

    /// The reason.
    public var description: String { reason }
}
