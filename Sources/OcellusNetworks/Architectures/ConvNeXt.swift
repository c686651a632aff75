import OcellusGraph

extension Network {
    /// ConvNeXt-Tiny (Liu et al., "A ConvNet for the 2020s", CVPR 2022): 28,589,128 weights at 1000 classes, 8.9 GFLOPs at
    /// 224×224. Tensors have torchvision's names; in training blocks are left out as there, the last one with a probability
    /// of 0.1.
    public static func convNeXtTiny(height: Int = 224, width: Int = 224, classes: Int = 1000) -> Network {
        let stages: [(channels: Int, blocks: Int)] = [(96, 3), (192, 3), (384, 9), (768, 3)]
        let blocks = stages.map(\.blocks)
        func stochasticDepth(_ stage: Int, _ index: Int) -> Float {
            0.1 * Float(blocks[..<stage].reduce(index, +)) / Float(blocks.reduce(-1, +))
        }
        return Network(name: "convnext_tiny", input: [height, width, 3]) {
            ConvolutionLayer(96, 4, stride: 4, initialization: .narrowNormal, name: "features.0.0")
            LayerNormalizationLayer(name: "features.0.1")
            for (number, stage) in stages.enumerated() {
                if number > 0 {
                    LayerNormalizationLayer(name: "features.\(2 * number).0")
                    ConvolutionLayer(
                        stage.channels, 2, stride: 2, initialization: .narrowNormal, name: "features.\(2 * number).1")
                }
                for index in 0..<stage.blocks {
                    convNeXtBlock(
                        stage.channels, stochasticDepth(number, index), name: "features.\(2 * number + 1).\(index)")
                }
            }
            GlobalAveragePoolingLayer(name: "avgpool")
            LayerNormalizationLayer(name: "classifier.0")
            DenseLayer(classes, initialization: .narrowNormal, name: "classifier.2")
        }
    }

    /// Filter by depth, normalise, widen fourfold, narrow again; scaled, plus the input. PyTorch's linear layers over channels
    /// are 1×1 convolutions.
    private static func convNeXtBlock(_ channels: Int, _ stochasticDepth: Float, name: String) -> any Layer {
        ResidualLayer(name: name) {
            DepthwiseConvolutionLayer(7, padding: .all(3), initialization: .narrowNormal, name: "block.0")
            LayerNormalizationLayer(name: "block.2")
            ConvolutionLayer(4 * channels, 1, activation: .gelu, initialization: .narrowNormal, name: "block.3")
            ConvolutionLayer(channels, 1, initialization: .narrowNormal, name: "block.5")
            ChannelScaleLayer(initial: 1e-6, name: "layer_scale")
            if stochasticDepth > 0 { StochasticDepthLayer(stochasticDepth, name: "stochastic_depth") }
        }
    }
}
