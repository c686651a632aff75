import OcellusGraph

extension MovingAverage: OpenCLElementwiseUpdate {
    static var kernelName: String { "moving_average" }

    var kernelInputs: [Int] { [0, 1] }

    var settings: [KernelArgument] { [.computedFloat(part)] }
}
