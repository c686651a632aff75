import OcellusGraph

/// Networks that are known by a name.
public enum NamedNetwork: String, CaseIterable, Sendable {
    /// Two convolutions and a dense layer: the network of many first tutorials, and a fair baseline.
    case simple
    /// SqueezeNet 1.1: very small.
    case squeezeNet11 = "squeezenet1_1"
    /// MobileNetV2: small and quick.
    case mobileNetV2 = "mobilenet_v2"
    /// MobileNetV3, small and large: quicker still.
    case mobileNetV3Small = "mobilenet_v3_small"
    case mobileNetV3Large = "mobilenet_v3_large"
    /// EfficientNet-B0: more accurate for its size.
    case efficientNetB0 = "efficientnet_b0"
    /// ConvNeXt-Tiny: large and accurate.
    case convNeXtTiny = "convnext_tiny"
    /// ResNets of 18, 34 and 50 layers.
    case resnet18, resnet34, resnet50

    /// Where weights that fit come from.
    public var weightsOrigin: String { self == .simple ? "none" : "torchvision: \(rawValue)" }

    /// The network for pictures of a size and a number of classes.
    ///
    /// - Parameter padding: how strided windows lie; `simple`, `squeezenet1_1` and `convnext_tiny` have none that are
    ///   padded.
    public func network(
        height: Int = 224, width: Int = 224, classes: Int = 1000, padding: PaddingConvention = .torch
    ) -> Network {
        switch self {
        case .simple: .simple(height: height, width: width, classes: classes)
        case .squeezeNet11: .squeezeNet11(height: height, width: width, classes: classes)
        case .mobileNetV2: .mobileNetV2(height: height, width: width, classes: classes, padding: padding)
        case .mobileNetV3Small: .mobileNetV3Small(height: height, width: width, classes: classes, padding: padding)
        case .mobileNetV3Large: .mobileNetV3Large(height: height, width: width, classes: classes, padding: padding)
        case .efficientNetB0: .efficientNetB0(height: height, width: width, classes: classes, padding: padding)
        case .convNeXtTiny: .convNeXtTiny(height: height, width: width, classes: classes)
        case .resnet18: .resNet18(height: height, width: width, classes: classes, padding: padding)
        case .resnet34: .resNet34(height: height, width: width, classes: classes, padding: padding)
        case .resnet50: .resNet50(height: height, width: width, classes: classes, padding: padding)
        }
    }
}
