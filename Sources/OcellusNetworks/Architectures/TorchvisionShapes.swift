import OcellusGraph

extension NamedNetwork {
    /// The shape of one of torchvision's tensors where it is not the one that follows from ours: torchvision squeezes by 1×1
    /// convolutions where we have dense layers, and ConvNeXt has linear layers where we have 1×1 convolutions. The elements lie
    /// in the same order.
    ///
    /// - Parameter shape: ours, with its outputs first.
    package func torchvisionShape(of tensor: String, _ shape: Shape) -> Shape {
        switch self {
        case .mobileNetV3Small, .mobileNetV3Large, .efficientNetB0:
            let isSqueezing = tensor.hasSuffix(".fc1.weight") || tensor.hasSuffix(".fc2.weight")
            return isSqueezing && shape.rank == 2 ? [shape[0], shape[1], 1, 1] : shape
        case .convNeXtTiny:
            if tensor.hasSuffix(".layer_scale"), shape.rank == 1 { return [shape[0], 1, 1] }
            let isLinear = tensor.hasSuffix(".block.3.weight") || tensor.hasSuffix(".block.5.weight")
            return isLinear && shape.rank == 4 ? [shape[0], shape[1]] : shape
        case .simple, .squeezeNet11, .mobileNetV2, .resnet18, .resnet34, .resnet50: return shape
        }
    }
}
