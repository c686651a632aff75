import OcellusGraph

extension LayerNormalization: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let (x, scale, shift) = (inputs[0], inputs[1], inputs[2])
        var y = x
        for row in x.rows {
            let normalized = x.normalized(row, epsilon)
            for (c, index) in row.enumerated() {
                y.values[index] = normalized.values[c] * scale.values[c] + shift.values[c]
            }
        }
        return [y]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        random.normalizationShapes().map { input in
            let channels = TensorDescription([input.shape[-1]], batched: false)
            return random.operationCase(
                // A mean well away from zero: the naive E[x²] − E[x]² would show.
                LayerNormalization(epsilon: 1e-2),
                [TestInput(input, .uniform(4...6)), TestInput(channels), TestInput(channels)])
        }
    }
}

extension LayerNormalizationGradient: TestedOperation {
    /// With x̂ the normalised input and g = dy · γ: dx = (g − mean of g − x̂ · mean of g·x̂) / σ; dγ = Σ dy·x̂; dβ = Σ dy.
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let (dy, x, scale) = (inputs[0], inputs[1], inputs[2])
        var outputs = try blankOutputs(inputs, invocation)
        let count = Double(x.channels)
        for row in x.rows {
            let normalized = x.normalized(row, epsilon)
            let scaled = row.enumerated().map { dy.values[$1] * scale.values[$0] }
            let mean = scaled.reduce(0, +) / count
            let product = zip(scaled, normalized.values).reduce(0) { $0 + $1.0 * $1.1 } / count
            for (c, index) in row.enumerated() {
                outputs[0].values[index] = (scaled[c] - mean - normalized.values[c] * product) * normalized.inverse
                outputs[1].values[c] += dy.values[index] * normalized.values[c]
                outputs[2].values[c] += dy.values[index]
            }
        }
        return outputs
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        random.normalizationShapes().map { input in
            let channels = TensorDescription([input.shape[-1]], batched: false)
            return random.operationCase(
                LayerNormalizationGradient(epsilon: 1e-2), [TestInput(input), TestInput(input), TestInput(channels)])
        }
    }
}

extension OracleTensor {
    /// The elements of each place's channels.
    fileprivate var rows: [Range<Int>] {
        stride(from: 0, to: values.count, by: channels).map { $0..<$0 + channels }
    }

    /// A row less its mean over its deviation, and the inverse of that.
    fileprivate func normalized(_ row: Range<Int>, _ epsilon: Float) -> (values: [Double], inverse: Double) {
        let mean = values[row].reduce(0, +) / Double(channels)
        let variance = values[row].reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(channels)
        let inverse = 1 / (variance + Double(epsilon)).squareRoot()
        return (values[row].map { ($0 - mean) * inverse }, inverse)
    }
}
