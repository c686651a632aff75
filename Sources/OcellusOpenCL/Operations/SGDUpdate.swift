import OcellusGraph

extension SGDUpdate: OpenCLElementwiseUpdate {
    static var kernelName: String { "sgd_update" }

    /// Without momentum there is no velocity; the kernel does not touch the tensor then.
    var kernelInputs: [Int] { [0, 1, momentum == 0 ? 0 : 2] }

    var settings: [KernelArgument] {
        [
            .computedFloat(learningRate), .computedFloat(momentum), .float(weightDecay), .int(isNesterov ? 1 : 0),
        ]
    }
}
