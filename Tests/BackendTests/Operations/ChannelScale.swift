import OcellusGraph

extension ChannelScale: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let (x, scale) = (inputs[0], inputs[1])
        var y = x
        for index in y.values.indices { y.values[index] *= scale.values[scale.place(for: index, of: x, invocation)] }
        return [y]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        (random.pictures() + random.features()).flatMap { input in
            [true, false].map { isBatched in
                random.operationCase(
                    ChannelScale(),
                    [TestInput(input), TestInput(TensorDescription([input.shape[-1]], batched: isBatched))])
            }
        }
    }
}

extension ChannelScaleGradient: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let (dy, x) = (inputs[0], inputs[1])
        var sums = try blankOutputs(inputs, invocation)[0]
        for index in x.values.indices {
            sums.values[sums.place(for: index, of: x, invocation)] += dy.values[index] * x.values[index]
        }
        return [sums]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        (random.pictures() + random.features()).flatMap { input in
            [true, false].map { isShared in
                random.operationCase(
                    ChannelScaleGradient(isShared: isShared), [TestInput(input), TestInput(input)])
            }
        }
    }
}

extension OracleTensor {
    /// Which element of this, one number a channel, belongs to element `index` of x.
    fileprivate func place(for index: Int, of x: OracleTensor, _ invocation: Invocation) -> Int {
        let sample = index / (x.values.count / invocation.count)
        return (description.isBatched ? sample * channels : 0) + index % channels
    }
}
