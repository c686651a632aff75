import OcellusGraph

extension Convert: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let elements = inputs[0].values.map { Double(rounded(Float($0), to: elementType)) }
        return [OracleTensor(inputs[0].description, samples: invocation.count, values: elements)]
    }

    /// It is made where a backend stores activations in fewer bits.
    var mayBeUnsupported: Bool { true }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        [ElementType.float16, .bfloat16].flatMap { type in
            random.elementwiseShapes().filter(\.isBatched).flatMap { tensor in
                // Beyond half's normal range on both sides, but for what would be infinite.
                [Float(1), 6e4, 1e-6].flatMap { scale in
                    [
                        random.operationCase(Convert(to: type), [TestInput(tensor, .uniform(-scale...scale))]),
                        random.operationCase(
                            Convert(to: .float32),
                            [TestInput(tensor.stored(as: type), .uniform(-scale...scale))]),
                    ]
                }
            }
        }
    }
}
