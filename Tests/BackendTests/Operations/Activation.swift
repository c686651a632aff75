import OcellusGraph

extension ActivationFunction {
    /// f(x).
    func value(_ x: Double) -> Double {
        switch self {
        case .identity: x
        case .relu: max(x, 0)
        case .relu6: min(max(x, 0), 6)
        }
    }

    /// f′ where f took the value `y`; 0 at the corners, as Keras has it.
    func derivative(atOutput y: Double) -> Double {
        switch self {
        case .identity: 1
        case .relu: y > 0 ? 1 : 0
        case .relu6: y > 0 && y < 6 ? 1 : 0
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
        let (dy, y) = (inputs[0], inputs[1])
        var dx = dy
        for index in dx.values.indices { dx.values[index] *= function.derivative(atOutput: y.values[index]) }
        return [dx]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        ActivationFunction.allCases.flatMap { function in
            random.elementwiseShapes().map {
                random.operationCase(
                    ActivationGradient(function), [TestInput($0), TestInput($0, .activated(function))])
            }
        }
    }
}
