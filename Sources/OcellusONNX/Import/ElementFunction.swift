import Foundation
import Ocellus

/// A function of one number, as the nodes of a graph spell it out: `x · ½ · (1 + erf(x / √2))`. Exporters write activations in
/// many ways; which one is meant is told by what it computes.
indirect enum ElementFunction {
    case argument
    case constant(Double)
    case unary(Unary, ElementFunction)
    case binary(Binary, ElementFunction, ElementFunction)

    /// A function of one number that ONNX has an operator for.
    enum Unary {
        case relu, sigmoid, hardSwish, erf, gelu, tanh, negative
        case hardSigmoid(alpha: Double, beta: Double)
        case clip(ClosedRange<Double>)

        func callAsFunction(_ x: Double) -> Double {
            switch self {
            case .relu: max(x, 0)
            case .sigmoid: 1 / (1 + exp(-x))
            case .hardSwish: x * min(max(x / 6 + 0.5, 0), 1)
            case .erf: Foundation.erf(x)
            case .gelu: x * 0.5 * (1 + Foundation.erf(x / 2.0.squareRoot()))
            case .tanh: Foundation.tanh(x)
            case .negative: -x
            case .hardSigmoid(let alpha, let beta): min(max(alpha * x + beta, 0), 1)
            case .clip(let range): min(max(x, range.lowerBound), range.upperBound)
            }
        }
    }

    /// An operator of two numbers.
    enum Binary {
        case add, subtract, multiply, divide

        func callAsFunction(_ a: Double, _ b: Double) -> Double {
            switch self {
            case .add: a + b
            case .subtract: a - b
            case .multiply: a * b
            case .divide: a / b
            }
        }
    }

    /// The value at `x`.
    func callAsFunction(_ x: Double) -> Double {
        switch self {
        case .argument: x
        case .constant(let value): value
        case .unary(let function, let inner): function(inner(x))
        case .binary(let operation, let left, let right): operation(left(x), right(x))
        }
    }

    var isArgument: Bool {
        if case .argument = self { true } else { false }
    }

    /// The number of its parts; a chain of a few nodes can have exponentially many.
    var partCount: Int {
        switch self {
        case .argument, .constant: 1
        case .unary(_, let inner): 1 + inner.partCount
        case .binary(_, let left, let right): 1 + left.partCount + right.partCount
        }
    }

    /// The most parts that a function may have.
    static let maximumPartCount = 64

    /// The activation that it is, but for what single precision makes of its constants.
    var activation: ActivationFunction? { ActivationFunction.allCases.first { function in matches(function.value) } }

    /// `a` and `b` when it is a · x + b.
    var line: (factor: Double, shift: Double)? {
        let shift = self(0)
        let factor = self(1) - shift
        return matches { factor * $0 + shift } ? (factor, shift) : nil
    }

    private func matches(_ other: (Double) -> Double) -> Bool {
        Self.samples.allSatisfy { x in
            let (value, expected) = (self(x), other(x))
            return abs(value - expected) <= 1e-6 * max(1, abs(expected))
        }
    }

    /// Where two functions are compared: dense where activations bend, and far out.
    private static let samples: [Double] = (-480...480).map { Double($0) / 40 } + [-1000, -100, -50, 50, 100, 1000]
}

extension ActivationFunction {
    /// Its definition.
    fileprivate func value(_ x: Double) -> Double {
        switch self {
        case .identity: x
        case .relu: ElementFunction.Unary.relu(x)
        case .relu6: min(max(x, 0), 6)
        case .hardSigmoid: min(max(x / 6 + 0.5, 0), 1)
        case .hardSwish: ElementFunction.Unary.hardSwish(x)
        case .sigmoid: ElementFunction.Unary.sigmoid(x)
        case .silu: x * ElementFunction.Unary.sigmoid(x)
        case .gelu: ElementFunction.Unary.gelu(x)
        }
    }
}
