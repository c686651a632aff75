import OcellusGraph

extension RMSPropUpdate: OpenCLElementwiseUpdate {
    static var kernelName: String { "rmsprop_update" }

    /// Without momentum there is no velocity; the kernel does not touch the tensor then.
    var kernelInputs: [Int] { [0, 1, 2, momentum == 0 ? 2 : 3] }

    var settings: [KernelArgument] {
        [
            .computedFloat(learningRate), .float(rho), .float(epsilon), .computedFloat(momentum), .float(weightDecay),
            .int(followsTensorFlow ? 1 : 0),
        ]
    }
}
