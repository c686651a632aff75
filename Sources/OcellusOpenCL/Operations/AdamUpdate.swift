import OcellusGraph

extension AdamUpdate: OpenCLElementwiseUpdate {
    static var kernelName: String { "adam_update" }

    var kernelInputs: [Int] { [0, 1, 2, 3] }

    /// The bias corrections are one factor, which the host computes.
    var settings: [KernelArgument] {
        [
            .computedFloat { invocation in
                let correction1 = 1 - power(Double(beta1(in: invocation)), invocation.step)
                let correction2 = 1 - power(Double(beta2), invocation.step)
                return Float(Double(learningRate(in: invocation)) * correction2.squareRoot() / correction1)
            },
            .computedFloat { isDecoupled ? 1 - learningRate(in: $0) * weightDecay : 1 },
            .computedFloat(beta1), .float(beta2), .float(epsilon), .float(isDecoupled ? 0 : weightDecay),
        ]
    }
}
