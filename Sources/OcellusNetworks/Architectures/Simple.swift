import OcellusGraph

extension Network {
    /// Convolution 32 (3×3), max-pool, convolution 64 (3×3), max-pool, dense 64, dense; ReLU throughout. At 224×224 and 3
    /// classes it has 11,963,587 weights, nearly all of them in the first dense layer.
    public static func simple(height: Int = 224, width: Int = 224, channels: Int = 3, classes: Int) -> Network {
        Network(name: "simple", input: [height, width, channels]) {
            ConvolutionLayer(32, 3, activation: .relu, name: "conv1")
            MaxPoolingLayer(2, name: "pool1")
            ConvolutionLayer(64, 3, activation: .relu, name: "conv2")
            MaxPoolingLayer(2, name: "pool2")
            FlattenLayer(name: "flatten")
            DenseLayer(64, activation: .relu, name: "dense1")
            DenseLayer(classes, name: "dense2")
        }
    }
}
