import OcellusGraph

extension Network {
    /// SqueezeNet 1.1 (Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters", 2016): 1,235,496 weights
    /// at 1000 classes, 0.7 GFLOPs at 224×224. It has no batch normalisation. Tensors have torchvision's names.
    public static func squeezeNet11(height: Int = 224, width: Int = 224, classes: Int = 1000) -> Network {
        Network(name: "squeezenet1_1", input: [height, width, 3]) {
            ConvolutionLayer(64, 3, stride: 2, activation: .relu, name: "features.0")
            pooling(2)
            fire(3, squeeze: 16, expand: 64)
            fire(4, squeeze: 16, expand: 64)
            pooling(5)
            fire(6, squeeze: 32, expand: 128)
            fire(7, squeeze: 32, expand: 128)
            pooling(8)
            fire(9, squeeze: 48, expand: 192)
            fire(10, squeeze: 48, expand: 192)
            fire(11, squeeze: 64, expand: 256)
            fire(12, squeeze: 64, expand: 256)
            DropoutLayer(0.5, name: "classifier.0")
            ConvolutionLayer(classes, 1, activation: .relu, initialization: .narrowNormal, name: "classifier.1")
            GlobalAveragePoolingLayer(name: "classifier.3")
        }
    }

    /// 3×3, stride 2. A window that begins inside counts though it ends outside (ceil mode).
    private static func pooling(_ place: Int) -> any Layer {
        MaxPoolingLayer(
            3, stride: 2, padding: .explicit(top: 0, bottom: 1, left: 0, right: 1), name: "features.\(place)")
    }

    /// Fewer channels, then as many again of 1×1 and of 3×3 convolutions.
    private static func fire(_ place: Int, squeeze: Int, expand: Int) -> [any Layer] {
        [
            ConvolutionLayer(squeeze, 1, activation: .relu, name: "features.\(place).squeeze"),
            ConcatenateLayer(
                [
                    [ConvolutionLayer(expand, 1, activation: .relu, name: "expand1x1")],
                    [ConvolutionLayer(expand, 3, padding: .all(1), activation: .relu, name: "expand3x3")],
                ], name: "features.\(place)"),
        ]
    }
}
