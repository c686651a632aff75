import OcellusGraph

extension Network {
    /// EfficientNet-B0 (Tan & Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", ICML 2019):
    /// 5,288,548 weights at 1000 classes, 0.8 GFLOPs at 224×224. Tensors have torchvision's names; in training blocks are
    /// left out as there, the last ones with a probability of nearly 0.2.
    public static func efficientNetB0(
        height: Int = 224, width: Int = 224, classes: Int = 1000, padding: PaddingConvention = .torch
    ) -> Network {
        let torch = TorchBlocks(padding: padding)
        var channels = 32
        var layers = torch.convolution(channels, 3, stride: 2, activation: .silu, ("features.0.0", "features.0.1"))
        let blocks = stages.reduce(0) { $0 + $1.blocks }
        var block = 0
        for (number, stage) in stages.enumerated() {
            for index in 0..<stage.blocks {
                layers += InvertedResidual(
                    input: channels, expanded: channels * stage.expansion, output: stage.channels,
                    kernel: stage.kernel, stride: index == 0 ? stage.stride : 1, activation: .silu,
                    squeeze: (channels / 4, .silu, .sigmoid), stochasticDepth: 0.2 * Float(block) / Float(blocks)
                ).layers(torch, name: "features.\(number + 1).\(index)")
                block += 1
                channels = stage.channels
            }
        }
        layers += torch.convolution(1280, 1, activation: .silu, ("features.8.0", "features.8.1"))
        layers += [
            GlobalAveragePoolingLayer(name: "avgpool"), DropoutLayer(0.2, name: "classifier.0"),
            DenseLayer(classes, name: "classifier.1"),
        ]
        return Network(name: "efficientnet_b0", input: [height, width, 3], layers: layers)
    }

    /// Table 1 of the paper.
    private static let stages: [(expansion: Int, kernel: Int, stride: Int, channels: Int, blocks: Int)] = [
        (1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3), (6, 5, 2, 192, 4),
        (6, 3, 1, 320, 1),
    ]
}
