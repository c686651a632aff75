import OcellusGraph

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension Softmax: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let x = try arguments.input(0)
        let y = try arguments.output(0)
        let description = arguments.inputs[0].description
        let classes = description.shape[0]
        return CPUStep { invocation in
            for sample in 0..<description.count(samples: invocation.count) / classes {
                softmax(x + sample * classes, classes, into: y + sample * classes)
            }
        }
    }
}

/// Probabilities of one sample, which may take the logits' place.
/// - Returns: `log Σ exp(x)`.
@discardableResult
func softmax(
    _ logits: UnsafePointer<Float>, _ classes: Int, into probabilities: UnsafeMutablePointer<Float>
) -> Double {
    // Without the largest, no exponential overflows.
    var largest = logits[0]
    for index in 1..<max(classes, 1) where logits[index] > largest { largest = logits[index] }
    var sum = 0.0
    for index in 0..<classes { sum += exp(Double(logits[index] - largest)) }
    for index in 0..<classes { probabilities[index] = Float(exp(Double(logits[index] - largest)) / sum) }
    return Double(largest) + log(sum)
}
