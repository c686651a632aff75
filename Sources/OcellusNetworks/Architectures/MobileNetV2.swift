import OcellusGraph

extension Network {
    /// MobileNetV2 (Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018) of width 1.0:
    /// 3,504,872 weights at 1000 classes, 0.6 GFLOPs at 224×224. Tensors have torchvision's names.
    public static func mobileNetV2(
        height: Int = 224, width: Int = 224, classes: Int = 1000, padding: PaddingConvention = .torch
    ) -> Network {
        let torch = TorchBlocks(padding: padding)
        var channels = 32
        var layers = torch.convolution(
            channels, 3, stride: 2, activation: .relu6, ("features.0.0", "features.0.1"))
        var place = 1
        for stage in stages {
            for index in 0..<stage.blocks {
                let stride = index == 0 ? stage.stride : 1
                layers += invertedResidual(
                    torch, from: channels, to: stage.channels, expansion: stage.expansion, stride: stride,
                    name: "features.\(place)")
                channels = stage.channels
                place += 1
            }
        }
        layers += torch.convolution(1280, 1, activation: .relu6, ("features.18.0", "features.18.1"))
        layers += [
            GlobalAveragePoolingLayer(name: "avgpool"), DropoutLayer(0.2, name: "classifier.0"),
            DenseLayer(classes, initialization: .narrowNormal, name: "classifier.1"),
        ]
        return Network(name: "mobilenet_v2", input: [height, width, 3], layers: layers)
    }

    /// Table 2 of the paper.
    private static let stages: [(expansion: Int, channels: Int, blocks: Int, stride: Int)] = [
        (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
    ]

    /// Expand, filter by depth, project; plus the input where its shape is kept.
    private static func invertedResidual(
        _ torch: TorchBlocks, from input: Int, to output: Int, expansion: Int, stride: Int, name: String
    ) -> [any Layer] {
        let isResidual = stride == 1 && input == output
        // A residual layer puts its own name before those of its parts.
        let prefix = isResidual ? "conv" : "\(name).conv"
        var layers: [any Layer] = []
        var place = 0
        if expansion > 1 {
            layers = torch.convolution(
                input * expansion, 1, activation: .relu6, ("\(prefix).0.0", "\(prefix).0.1"))
            place = 1
        }
        layers += torch.depthwise(
            3, stride: stride, activation: .relu6, ("\(prefix).\(place).0", "\(prefix).\(place).1"))
        layers += torch.convolution(output, 1, ("\(prefix).\(place + 1)", "\(prefix).\(place + 2)"))
        return isResidual ? [ResidualLayer(name: name) { layers }] : layers
    }
}
