import OcellusGraph

extension GradientClamp: OpenCLElementwiseUpdate {
    static var kernelName: String { "gradient_clamp" }

    var kernelInputs: [Int] { [0] }

    var settings: [KernelArgument] { [.float(limit)] }
}
