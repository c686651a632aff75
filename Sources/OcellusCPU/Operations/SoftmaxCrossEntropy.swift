import OcellusGraph

extension SoftmaxCrossEntropy: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let logits = try arguments.input(0)
        let targets = try arguments.input(1)
        let losses = try arguments.output(0)
        let probabilities = try arguments.output(1)
        let classes = arguments.inputs[0].description.shape[0]
        let targetRule = SmoothedTarget(classes: classes, smoothing: labelSmoothing, weights: classWeights)
        return CPUStep { invocation in
            for sample in 0..<invocation.count {
                let x = logits + sample * classes
                let target = targets + sample * classes
                let logSum = softmax(x, classes, into: probabilities + sample * classes)
                var loss = 0.0
                for index in 0..<classes {
                    let share = targetRule.smoothed(target[index])
                    // A class that is not wanted costs nothing, even at a logit of −∞.
                    if share != 0 { loss += share * (logSum - Double(x[index])) }
                }
                losses[sample] = Float(loss * targetRule.weight(target))
            }
        }
    }
}

extension SoftmaxCrossEntropyGradient: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let probabilities = try arguments.input(0)
        let targets = try arguments.input(1)
        let gradient = try arguments.output(0)
        let classes = arguments.inputs[0].description.shape[0]
        let targetRule = SmoothedTarget(classes: classes, smoothing: labelSmoothing, weights: classWeights)
        return CPUStep { invocation in
            for sample in 0..<invocation.count {
                let target = targets + sample * classes
                var sum = 0.0
                for index in 0..<classes { sum += targetRule.smoothed(target[index]) }
                let factor = targetRule.weight(target) / Double(invocation.batchCount) * Double(invocation.lossScale)
                for index in 0..<classes {
                    let place = sample * classes + index
                    let difference = Double(probabilities[place]) * sum - targetRule.smoothed(target[index])
                    gradient[place] = Float(factor * difference)
                }
            }
        }
    }
}

/// What cross-entropy makes of a sample's targets.
private struct SmoothedTarget {
    let classes: Int
    let smoothing: Float
    let weights: [Float]

    func smoothed(_ target: Float) -> Double {
        (1 - Double(smoothing)) * Double(target) + Double(smoothing) / Double(classes)
    }

    func weight(_ target: UnsafePointer<Float>) -> Double {
        guard !weights.isEmpty else { return 1 }
        var sum = 0.0
        for index in 0..<classes { sum += Double(target[index]) * Double(weights[index]) }
        return sum
    }
}
