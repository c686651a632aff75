import OcellusGraph

extension GradientUnscaling: OpenCLElementwiseUpdate {
    static var kernelName: String { "gradient_unscaling" }

    var kernelInputs: [Int] { [0] }

    var settings: [KernelArgument] { [.computedFloat { 1 / $0.lossScale }] }
}
