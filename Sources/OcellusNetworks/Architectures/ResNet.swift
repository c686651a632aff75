import OcellusGraph

/// Residual networks (He et al., "Deep Residual Learning for Image Recognition", CVPR 2016), in torchvision's form: the
/// stride of a bottleneck is on its 3×3 convolution. Tensors have torchvision's names.
extension Network {
    /// ResNet-18: 11,689,512 weights at 1000 classes, 3.6 GFLOPs at 224×224.
    public static func resNet18(
        height: Int = 224, width: Int = 224, classes: Int = 1000, padding: PaddingConvention = .torch
    ) -> Network {
        resNet("resnet18", [height, width, 3], classes, padding, blocks: [2, 2, 2, 2], block: basicBlock)
    }

    /// ResNet-34: 21,797,672 weights at 1000 classes, 7.3 GFLOPs at 224×224.
    public static func resNet34(
        height: Int = 224, width: Int = 224, classes: Int = 1000, padding: PaddingConvention = .torch
    ) -> Network {
        resNet("resnet34", [height, width, 3], classes, padding, blocks: [3, 4, 6, 3], block: basicBlock)
    }

    /// ResNet-50: 25,557,032 weights at 1000 classes, 8.2 GFLOPs at 224×224.
    public static func resNet50(
        height: Int = 224, width: Int = 224, classes: Int = 1000, padding: PaddingConvention = .torch
    ) -> Network {
        resNet(
            "resnet50", [height, width, 3], classes, padding, blocks: [3, 4, 6, 3], expansion: 4, block: bottleneck)
    }
}

private func resNet(
    _ name: String, _ input: Shape, _ classes: Int, _ padding: PaddingConvention, blocks: [Int], expansion: Int = 1,
    block: (_ torch: TorchBlocks, _ channels: Int, _ stride: Int) -> [any Layer]
) -> Network {
    let torch = TorchBlocks(padding: padding)
    return Network(name: name, input: input) {
        torch.convolution(64, 7, stride: 2, activation: .relu, ("conv1", "bn1"))
        MaxPoolingLayer(3, stride: 2, padding: padding.padding(ofWindow: 3), name: "maxpool")
        for (stage, count) in blocks.enumerated() {
            let channels = 64 << stage
            for index in 0..<count {
                let stride = stage > 0 && index == 0 ? 2 : 1
                let changesShape = stride > 1 || index == 0 && expansion > 1
                ResidualLayer(activation: .relu, name: "layer\(stage + 1).\(index)") {
                    block(torch, channels, stride)
                } shortcut: {
                    if changesShape {
                        torch.convolution(channels * expansion, 1, stride: stride, ("downsample.0", "downsample.1"))
                    }
                }
            }
        }
        GlobalAveragePoolingLayer(name: "avgpool")
        DenseLayer(classes, name: "fc")
    }
}

private func basicBlock(_ torch: TorchBlocks, _ channels: Int, _ stride: Int) -> [any Layer] {
    torch.convolution(channels, 3, stride: stride, activation: .relu, ("conv1", "bn1"))
        + torch.convolution(channels, 3, ("conv2", "bn2"))
}

private func bottleneck(_ torch: TorchBlocks, _ channels: Int, _ stride: Int) -> [any Layer] {
    torch.convolution(channels, 1, activation: .relu, ("conv1", "bn1"))
        + torch.convolution(channels, 3, stride: stride, activation: .relu, ("conv2", "bn2"))
        + torch.convolution(4 * channels, 1, ("conv3", "bn3"))
}
