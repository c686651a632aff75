import OcellusGraph

/// MobileNetV3 (Howard et al., "Searching for MobileNetV3", ICCV 2019) of width 1.0. Tensors have torchvision's names.
extension Network {
    /// MobileNetV3-Small: 2,542,856 weights at 1000 classes, 0.11 GFLOPs at 224×224.
    public static func mobileNetV3Small(
        height: Int = 224, width: Int = 224, classes: Int = 1000, padding: PaddingConvention = .torch
    ) -> Network {
        mobileNetV3("mobilenet_v3_small", [height, width, 3], classes, padding, rows: smallRows, features: 1024)
    }

    /// MobileNetV3-Large: 5,483,032 weights at 1000 classes, 0.43 GFLOPs at 224×224.
    public static func mobileNetV3Large(
        height: Int = 224, width: Int = 224, classes: Int = 1000, padding: PaddingConvention = .torch
    ) -> Network {
        mobileNetV3("mobilenet_v3_large", [height, width, 3], classes, padding, rows: largeRows, features: 1280)
    }
}

/// A row of the paper's tables 1 and 2: kernel, channels after expansion, channels that go, squeeze-and-excitation, activation, stride.
private typealias Row = (kernel: Int, expanded: Int, output: Int, squeezes: Bool, ActivationFunction, stride: Int)

private let smallRows: [Row] = [
    (3, 16, 16, true, .relu, 2), (3, 72, 24, false, .relu, 2), (3, 88, 24, false, .relu, 1),
    (5, 96, 40, true, .hardSwish, 2), (5, 240, 40, true, .hardSwish, 1), (5, 240, 40, true, .hardSwish, 1),
    (5, 120, 48, true, .hardSwish, 1), (5, 144, 48, true, .hardSwish, 1), (5, 288, 96, true, .hardSwish, 2),
    (5, 576, 96, true, .hardSwish, 1), (5, 576, 96, true, .hardSwish, 1),
]

private let largeRows: [Row] = [
    (3, 16, 16, false, .relu, 1), (3, 64, 24, false, .relu, 2), (3, 72, 24, false, .relu, 1),
    (5, 72, 40, true, .relu, 2), (5, 120, 40, true, .relu, 1), (5, 120, 40, true, .relu, 1),
    (3, 240, 80, false, .hardSwish, 2), (3, 200, 80, false, .hardSwish, 1), (3, 184, 80, false, .hardSwish, 1),
    (3, 184, 80, false, .hardSwish, 1), (3, 480, 112, true, .hardSwish, 1), (3, 672, 112, true, .hardSwish, 1),
    (5, 672, 160, true, .hardSwish, 2), (5, 960, 160, true, .hardSwish, 1), (5, 960, 160, true, .hardSwish, 1),
]

private func mobileNetV3(
    _ name: String, _ input: Shape, _ classes: Int, _ padding: PaddingConvention, rows: [Row], features: Int
) -> Network {
    let torch = TorchBlocks(padding: padding, epsilon: 1e-3, momentum: 0.99)
    let last = rows.count + 1
    return Network(name: name, input: input) {
        torch.convolution(16, 3, stride: 2, activation: .hardSwish, ("features.0.0", "features.0.1"))
        for (index, row) in rows.enumerated() {
            InvertedResidual(
                input: index == 0 ? 16 : rows[index - 1].output, expanded: row.expanded, output: row.output,
                kernel: row.kernel, stride: row.stride, activation: row.4,
                squeeze: row.squeezes ? (multipleOfEight(row.expanded / 4), .relu, .hardSigmoid) : nil
            ).layers(torch, name: "features.\(index + 1)")
        }
        torch.convolution(
            6 * rows[rows.count - 1].output, 1, activation: .hardSwish,
            ("features.\(last).0", "features.\(last).1"))
        GlobalAveragePoolingLayer(name: "avgpool")
        DenseLayer(features, activation: .hardSwish, initialization: .narrowNormal, name: "classifier.0")
        DropoutLayer(0.2, name: "classifier.2")
        DenseLayer(classes, initialization: .narrowNormal, name: "classifier.3")
    }
}

/// The nearest multiple of eight that is not below 90 % of `count`, as the authors round channels.
private func multipleOfEight(_ count: Int) -> Int {
    let nearest = max(8, (count + 4) / 8 * 8)
    return 10 * nearest < 9 * count ? nearest + 8 : nearest
}
