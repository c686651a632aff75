import Foundation
import OcellusGraph

extension ActivationFunction {
    /// f(x).
    func value(_ x: Double) -> Double {
        switch self {
        case .identity: x
        case .relu: max(x, 0)
        case .relu6: min(max(x, 0), 6)
        case .hardSigmoid: min(max(x / 6 + 0.5, 0), 1)
        case .hardSwish: x * min(max(x / 6 + 0.5, 0), 1)
        case .sigmoid: 1 / (1 + exp(-x))
        case .silu: x / (1 + exp(-x))
        case .gelu: x * erfc(-x / 2.squareRoot()) / 2
        }
    }

    /// f′(x), and for functions whose gradient follows from the output also f′ where f took the value `x`. At the corners
    /// it is 0, as Keras has it.
    func derivative(at x: Double) -> Double {
        switch self {
        case .identity: 1
        case .relu: x > 0 ? 1 : 0
        case .relu6: x > 0 && x < 6 ? 1 : 0
        case .hardSigmoid: abs(x) < 3 ? 1.0 / 6 : 0
        case .hardSwish: abs(x) < 3 ? x / 3 + 0.5 : x < 0 ? 0 : 1
        case .sigmoid: value(x) * (1 - value(x))
        case .silu: (1 + x / (1 + exp(x))) / (1 + exp(-x))
        case .gelu: erfc(-x / 2.squareRoot()) / 2 + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot()
        }
    }
}

extension Activation: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        [inputs[0].map(function.value)]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        ActivationFunction.allCases.flatMap { function in
            random.elementwiseShapes().map {
                random.operationCase(Activation(function), [TestInput($0, .uniform(-9...9))])
            }
        }
    }
}

extension ActivationGradient: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let (dy, value) = (inputs[0], inputs[1])
        var dx = dy
        for index in dx.values.indices { dx.values[index] *= function.derivative(at: value.values[index]) }
        return [dx]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        ActivationFunction.allCases.flatMap { function in
            random.elementwiseShapes().map {
                let content: TestInput.Content = function.hasGradientOfOutput ? .activated(function) : .uniform(-9...9)
                return random.operationCase(ActivationGradient(function), [TestInput($0), TestInput($0, content)])
            }
        }
    }
}
