import OcellusGraph

/// How a strided window is centred on pictures of even size.
public enum PaddingConvention: String, Sendable, Hashable, Codable, CaseIterable {
    /// As much before as after: PyTorch's.
    case torch
    /// `same`, an odd pad after the picture: TensorFlow's and Keras'.
    case tensorflow

    /// What surrounds the input of a window of `size` that keeps a picture's size at stride 1.
    func padding(ofWindow size: Int) -> Window.Padding {
        switch self {
        case .torch: .all((size - 1) / 2)
        case .tensorflow: .same
        }
    }
}

extension Window.Padding {
    /// The same on each side.
    static func all(_ pads: Int) -> Window.Padding { .explicit(top: pads, bottom: pads, left: pads, right: pads) }
}

/// Convolutions with batch normalisation as torchvision's networks have them: no bias.
struct TorchBlocks {
    /// How windows are padded.
    let padding: PaddingConvention
    /// Batch normalisation's ε.
    var epsilon: Float = 1e-5
    /// Batch normalisation's momentum, as Keras counts: 0.9 is PyTorch's 0.1.
    var momentum: Float = 0.9

    /// Convolution, batch normalisation, activation.
    func convolution(
        _ filters: Int, _ kernel: Int, stride: Int = 1, activation: ActivationFunction = .identity,
        _ names: (convolution: String, normalization: String)
    ) -> [any Layer] {
        [
            ConvolutionLayer(
                filters, kernel, stride: stride, padding: padding.padding(ofWindow: kernel), hasBias: false,
                initialization: .heNormalFanOut, name: names.convolution),
            normalization(activation, names.normalization),
        ]
    }

    /// Depthwise convolution, batch normalisation, activation.
    func depthwise(
        _ kernel: Int, stride: Int = 1, activation: ActivationFunction,
        _ names: (convolution: String, normalization: String)
    ) -> [any Layer] {
        [
            DepthwiseConvolutionLayer(
                kernel, stride: stride, padding: padding.padding(ofWindow: kernel), hasBias: false,
                initialization: .heNormalFanOut, name: names.convolution),
            normalization(activation, names.normalization),
        ]
    }

    private func normalization(_ activation: ActivationFunction, _ name: String) -> any Layer {
        BatchNormalizationLayer(
            epsilon: epsilon, momentum: momentum, tracksUnbiasedVariance: true, activation: activation, name: name)
    }
}
