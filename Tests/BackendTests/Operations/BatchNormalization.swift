import OcellusGraph

extension BatchNormalization: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let (x, scale, shift) = (inputs[0], inputs[1], inputs[2])
        var outputs = try blankOutputs(inputs, invocation)
        for c in 0..<x.channels {
            let elements = stride(from: c, to: x.values.count, by: x.channels)
            let count = Double(x.values.count / x.channels)
            let mean = elements.reduce(0) { $0 + x.values[$1] } / count
            let squares = elements.reduce(0) { $0 + (x.values[$1] - mean) * (x.values[$1] - mean) }
            let inverse = 1 / (squares / count + Double(epsilon)).squareRoot()
            for index in elements {
                let value = (x.values[index] - mean) * inverse * scale.values[c] + shift.values[c]
                outputs[0].values[index] = activation.value(value)
            }
            outputs[1].values[c] = mean
            outputs[2].values[c] = inverse
            let kept = Double(momentum)
            let tracked = squares / (tracksUnbiasedVariance ? count - 1 : count)
            inputs[3].values[c] = kept * inputs[3].values[c] + (1 - kept) * mean
            inputs[4].values[c] = kept * inputs[4].values[c] + (1 - kept) * tracked
        }
        return outputs
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        // A corner that stands out of what is nearly constant, where rows are many: it must not be what all are compared with.
        let pictures = TensorDescription([112, 112, 1], batched: true)
        let one = TensorDescription([1], batched: false)
        var samples = [Float](repeating: 0, count: 8 * pictures.shape.count)
        for sample in 0..<8 { samples[sample * pictures.shape.count] = 7.53 }
        let corner = random.operationCase(
            BatchNormalization(epsilon: 1e-5),
            [TestInput(pictures, .values(samples))] + (0..<4).map { _ in TestInput(one, .uniform(0.5...1)) },
            capacity: 8, minimumCount: 8)
        return [corner]
            + random.normalizationShapes().enumerated().map { index, input in
                let channels = TensorDescription([input.shape[-1]], batched: false)
                let activation = ActivationFunction.allCases[index % ActivationFunction.allCases.count]
                let operation =
                    index % 2 == 0
                    ? BatchNormalization(activation: activation)
                    : BatchNormalization(
                        epsilon: 1e-5, momentum: 0.9, tracksUnbiasedVariance: true, activation: activation)
                return random.operationCase(
                    operation,
                    [
                        // A mean well away from zero: the naive E[x²] − E[x]² would show.
                        TestInput(input, .uniform(index % 2 == 0 ? 4...6 : 90...91)), TestInput(channels),
                        TestInput(channels),
                        TestInput(channels), TestInput(channels, .uniform(0.5...2)),
                    ], minimumCount: 2)
            }
    }
}

extension BatchNormalizationGradient: TestedOperation {
    /// With x̂ the normalised input, m the elements of a channel, and dy what the activation of γ·x̂ + β lets through:
    /// dβ = Σ dy; dγ = Σ dy·x̂; dx = γ / σ · (dy − dβ / m − x̂ · dγ / m).
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        var dy = inputs[0]
        let (x, scale, shift, mean, inverse) = (inputs[1], inputs[2], inputs[3], inputs[4], inputs[5])
        var outputs = try blankOutputs(inputs, invocation)
        for c in 0..<x.channels {
            let elements = stride(from: c, to: x.values.count, by: x.channels)
            let count = Double(x.values.count / x.channels)
            func normalized(_ index: Int) -> Double { (x.values[index] - mean.values[c]) * inverse.values[c] }
            for index in elements {
                dy.values[index] *= activation.derivative(at: normalized(index) * scale.values[c] + shift.values[c])
            }
            let shiftGradient = elements.reduce(0) { $0 + dy.values[$1] }
            let scaleGradient = elements.reduce(0) { $0 + dy.values[$1] * normalized($1) }
            for index in elements {
                let centred = dy.values[index] - shiftGradient / count - normalized(index) * scaleGradient / count
                outputs[0].values[index] = scale.values[c] * inverse.values[c] * centred
            }
            outputs[1].values[c] = scaleGradient
            outputs[2].values[c] = shiftGradient
        }
        return outputs
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        random.normalizationShapes().enumerated().map { index, input in
            let channels = TensorDescription([input.shape[-1]], batched: false)
            return random.operationCase(
                BatchNormalizationGradient(
                    activation: ActivationFunction.allCases[index % ActivationFunction.allCases.count]),
                [
                    TestInput(input), TestInput(input, .uniform(-4...4)), TestInput(channels), TestInput(channels),
                    TestInput(channels, .uniform(-0.1...0.1)),
                    TestInput(channels, .uniform(1...2)),
                ], minimumCount: 2)
        }
    }
}

extension BatchNormalizationInference: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let (x, scale, shift, mean, variance) = (inputs[0], inputs[1], inputs[2], inputs[3], inputs[4])
        var y = x
        for index in y.values.indices {
            let c = index % x.channels
            let normalized = (x.values[index] - mean.values[c]) / (variance.values[c] + Double(epsilon)).squareRoot()
            y.values[index] = normalized * scale.values[c] + shift.values[c]
        }
        return [y]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        random.normalizationShapes().map { input in
            let channels = TensorDescription([input.shape[-1]], batched: false)
            return random.operationCase(
                BatchNormalizationInference(),
                [
                    TestInput(input), TestInput(channels), TestInput(channels), TestInput(channels),
                    TestInput(channels, .uniform(0.5...2)),
                ])
        }
    }
}

extension BatchNormalizationInferenceGradient: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let (dy, scale, variance) = (inputs[0], inputs[1], inputs[2])
        var dx = dy
        for index in dx.values.indices {
            let c = index % dy.channels
            dx.values[index] *= scale.values[c] / (variance.values[c] + Double(epsilon)).squareRoot()
        }
        return [dx]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        random.normalizationShapes().map { input in
            let channels = TensorDescription([input.shape[-1]], batched: false)
            return random.operationCase(
                BatchNormalizationInferenceGradient(),
                [TestInput(input), TestInput(channels), TestInput(channels, .uniform(0.5...2))])
        }
    }
}
