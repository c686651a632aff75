import Foundation
import OcellusGraph

extension SoftmaxCrossEntropy: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let (logits, targets) = (inputs[0], inputs[1])
        var outputs = try blankOutputs(inputs, invocation)
        let classes = logits.channels
        for n in 0..<invocation.count {
            let row = (0..<classes).map { logits[n, $0] }
            let largest = row.max() ?? 0
            let logSum = largest + log(row.reduce(0) { $0 + exp($1 - largest) })
            let weight = sampleWeight(targets, n, classWeights)
            for c in 0..<classes {
                let logProbability = logits[n, c] - logSum
                outputs[0].values[n] -= weight * smoothed(targets[n, c], labelSmoothing, classes) * logProbability
                outputs[1][n, c] = exp(logProbability)
            }
        }
        return outputs
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        random.features().enumerated().map { index, logits in
            random.operationCase(
                SoftmaxCrossEntropy(
                    labelSmoothing: index % 2 == 0 ? 0 : 0.1,
                    classWeights: index % 3 == 0 ? [] : random.classWeights(logits.shape[0])),
                [
                    TestInput(logits, .uniform(index % 4 < 3 ? -4...4 : -60...60)),
                    TestInput(logits, index % 3 == 2 ? .distribution : .oneHot),
                ])
        }
    }
}

extension SoftmaxCrossEntropyGradient: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let (probabilities, targets) = (inputs[0], inputs[1])
        var gradient = try blankOutputs(inputs, invocation)[0]
        let classes = probabilities.channels
        for n in 0..<invocation.count {
            let smooth = (0..<classes).map { smoothed(targets[n, $0], labelSmoothing, classes) }
            let weight = sampleWeight(targets, n, classWeights)
            for c in 0..<classes {
                let difference = probabilities[n, c] * smooth.reduce(0, +) - smooth[c]
                gradient[n, c] = Double(invocation.lossScale) * weight * difference / Double(invocation.batchCount)
            }
        }
        return [gradient]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        random.features().enumerated().map { index, probabilities in
            var test = random.operationCase(
                SoftmaxCrossEntropyGradient(
                    labelSmoothing: index % 2 == 0 ? 0 : 0.1,
                    classWeights: index % 3 == 0 ? [] : random.classWeights(probabilities.shape[0])),
                [
                    TestInput(probabilities, .distribution),
                    TestInput(probabilities, index % 3 == 2 ? .distribution : .oneHot),
                ])
            test.invocation.lossScale = index % 2 == 0 ? 1 : 65536
            return test
        }
    }
}

/// t′ = (1 − s) · t + s / C.
private func smoothed(_ target: Double, _ smoothing: Float, _ classes: Int) -> Double {
    (1 - Double(smoothing)) * target + Double(smoothing) / Double(classes)
}

/// w = Σ t[c] · classWeights[c], of the targets before smoothing.
private func sampleWeight(_ targets: OracleTensor, _ n: Int, _ classWeights: [Float]) -> Double {
    classWeights.isEmpty
        ? 1 : classWeights.enumerated().reduce(0) { $0 + targets[n, $1.offset] * Double($1.element) }
}
