import OcellusGraph

extension GradientNorm: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let norm = inputs.reduce(0) { $0 + $1.values.reduce(0) { $0 + $1 * $1 } }.squareRoot()
        return [
            OracleTensor(
                TensorDescription([2], batched: false), samples: 1,
                values: [min(1, Double(maximum) / (norm + 1e-6)), norm])
        ]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        let all = random.parameters()
        return [Float(0.5), 1e6, .infinity].flatMap { maximum in
            [Array(all[..<1]), Array(all[1..<3]), all].map { parameters in
                random.operationCase(GradientNorm(maximum: maximum), parameters.map { TestInput($0) })
            }
        }
    }
}

extension GradientScale: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let factor = inputs[1].values[0]
        inputs[0].values = inputs[0].values.map { $0 * factor }
        return []
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        [Float(0.3), 1].flatMap { factor in
            random.parameters().map { parameter in
                random.operationCase(
                    GradientScale(),
                    [
                        TestInput(parameter),
                        TestInput(TensorDescription([2], batched: false), .values([factor, 7])),
                    ])
            }
        }
    }
}
