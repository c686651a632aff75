extension Graph {
    /// Puts what only scales and shifts each channel by numbers that are known into the convolution or dense layer before it,
    /// where nothing else reads what that gives: batch normalisation by its statistics, and a scale that all samples share. With
    /// factors f and shifts t, `w′ = w · f` and `b′ = b · f + t` for each output channel, computed in `Double`; batch
    /// normalisation has `f = γ / σ` and `t = β − mean · γ / σ`.
    ///
    /// The stored weights stay as they are: folded ones are parameters of names of their own, and the operations' are no longer
    /// read. To be called on an inference graph, before `fuse`.
    /// - Parameter values: the values of a parameter or state of this graph.
    /// - Returns: the values of the folded parameters, by name.
    /// - Throws: what `values` throws.
    public mutating func foldScales(
        reading values: (_ name: String) throws -> [Float]
    ) throws -> [String: [Float]] {
        let readers = readerCounts
        let kept = Set(outputs.values)
        var producers: [ValueID: Int] = [:]
        var result: [Node] = []
        var folded: [String: [Float]] = [:]
        for node in nodes {
            if let scaling = node.operation as? any ChannelAffineOperation, let input = node.inputs.first,
                readers[input] == 1, !kept.contains(input), let index = producers[input],
                let product = FoldableProduct(result[index].operation),
                isOwn(result[index].inputs.dropFirst(), readers), isOwn(node.inputs.dropFirst(), readers)
            {
                let producer = result[index]
                let numbers = try (producer.inputs.dropFirst() + node.inputs.dropFirst()).map { id in
                    try folded.removeValue(forKey: self[id].name) ?? values(self[id].name)
                }
                let affine = scaling.affine(of: Array(numbers.suffix(node.inputs.count - 1)))
                let bias = product.hasBias ? numbers[1] : nil
                let weight = producer.inputs[1]
                // Where there is no bias yet, the shift's place takes it.
                let newBias = product.hasBias ? producer.inputs[2] : scaling.shiftInput.map { node.inputs[$0] }
                folded[markFolded(weight)] = affine.scaled(numbers[0])
                if let newBias { folded[markFolded(newBias)] = affine.applied(to: bias) }
                result[index] = Node(
                    operation: product.with(bias: newBias != nil),
                    inputs: [producer.inputs[0], weight] + (newBias.map { [$0] } ?? []),
                    outputs: node.outputs, layer: producer.layer, phase: node.phase)
                for output in node.outputs { producers[output] = index }
                continue
            }
            for output in node.outputs { producers[output] = result.count }
            result.append(node)
        }
        replaceNodes(result)
        return folded
    }

    /// Gives a parameter that is folded a name of its own, once.
    private mutating func markFolded(_ id: ValueID) -> String {
        let mark = " (folded)"
        return self[id].name.hasSuffix(mark) ? self[id].name : rename(id, to: self[id].name + mark)
    }

    /// Whether these are parameters and states that only one operation reads.
    private func isOwn(_ ids: ArraySlice<ValueID>, _ readers: [ValueID: Int]) -> Bool {
        ids.allSatisfy { id in
            switch self[id].kind {
            case .parameter, .state: readers[id] == 1
            case .input, .activation, .gradient: false
            }
        }
    }
}

/// A convolution or dense layer without activation: each output channel is a linear function with weights of its own.
private struct FoldableProduct {
    let hasBias: Bool
    private let operation: any Operation

    init?(_ operation: any Operation) {
        self.operation = operation
        switch operation {
        case let convolution as Convolution where convolution.activation == .identity: hasBias = convolution.hasBias
        case let dense as Dense where dense.activation == .identity: hasBias = dense.hasBias
        default: return nil
        }
    }

    /// The same with a bias or without.
    func with(bias: Bool) -> any Operation {
        guard let convolution = operation as? Convolution else { return Dense(hasBias: bias) }
        return Convolution(convolution.window, groups: convolution.groups, hasBias: bias)
    }
}

/// `y[…, c] = x[…, c] · factors[c] + shifts[c]`.
private struct ChannelAffine {
    var factors: [Double]
    var shifts: [Double]

    /// Weights `[…, channels]` of what comes before, with the factors in them.
    func scaled(_ weight: [Float]) -> [Float] {
        var scaled = weight
        for row in stride(from: 0, to: weight.count, by: factors.count) {
            for channel in factors.indices {
                scaled[row + channel] = Float(Double(weight[row + channel]) * factors[channel])
            }
        }
        return scaled
    }

    /// The bias of what comes before, if it has one, with factors and shifts in it.
    func applied(to bias: [Float]?) -> [Float] {
        factors.indices.map { Float(Double(bias?[$0] ?? 0) * factors[$0] + shifts[$0]) }
    }
}

/// An operation on (x, numbers…) that scales and shifts each channel.
private protocol ChannelAffineOperation: Operation {
    /// The input in whose place a bias may be kept; nil when there is no shift.
    var shiftInput: Int? { get }

    /// What it does, from its inputs but for the first.
    func affine(of numbers: [[Float]]) -> ChannelAffine
}

extension BatchNormalizationInference: ChannelAffineOperation {
    fileprivate var shiftInput: Int? { 2 }

    fileprivate func affine(of numbers: [[Float]]) -> ChannelAffine {
        let (scale, shift, mean, variance) = (numbers[0], numbers[1], numbers[2], numbers[3])
        let factors = scale.indices.map { Double(scale[$0]) / (Double(variance[$0]) + Double(epsilon)).squareRoot() }
        return ChannelAffine(
            factors: factors, shifts: factors.indices.map { Double(shift[$0]) - Double(mean[$0]) * factors[$0] })
    }
}

extension ChannelScale: ChannelAffineOperation {
    fileprivate var shiftInput: Int? { nil }

    fileprivate func affine(of numbers: [[Float]]) -> ChannelAffine {
        ChannelAffine(factors: numbers[0].map(Double.init), shifts: numbers[0].map { _ in 0 })
    }
}
