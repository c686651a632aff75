import OcellusGraph

extension Concatenate: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        var result = try blankOutputs(inputs, invocation)[0]
        let places = result.values.count / result.channels
        result.values = (0..<places).flatMap { place in
            inputs.flatMap { input in input.values[place * input.channels..<(place + 1) * input.channels] }
        }
        return [result]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        (random.pictures() + random.features()).enumerated().map { index, first in
            let inputs = (0..<[2, 3, 5, 1][index % 4]).map { other in
                let channels = other == 0 ? first.shape[-1] : random.int(1...20)
                return TestInput(
                    TensorDescription(Shape(first.shape.dimensions.dropLast() + [channels]), batched: true))
            }
            return random.operationCase(Concatenate(), inputs)
        }
    }
}

extension ChannelSlice: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let x = inputs[0]
        var result = try blankOutputs(inputs, invocation)[0]
        result.values = (0..<x.values.count / x.channels).flatMap { place in
            x.values[place * x.channels + start..<place * x.channels + start + count]
        }
        return [result]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        (random.pictures() + random.features()).map { input in
            let start = random.int(0...input.shape[-1] - 1)
            let count = random.int(1...input.shape[-1] - start)
            return random.operationCase(ChannelSlice(start: start, count: count), [TestInput(input)])
        }
    }
}
