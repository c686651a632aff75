import OcellusGraph

extension NetworkCase {
    static let all = [guide, residual, separable, concatenating]

    /// The guide's network, narrower and on small pictures.
    private static let guide = NetworkCase(
        name: "the guide's", inputShape: [18, 20, 3], learningRate: 0.01,
        update: { try $0.adam(AdamUpdate(), $1, $2) }
    ) { network, images in
        var x = images
        for (name, channels) in [("first", 8), ("second", 12)] {
            x = try network.convolution(name, x, channels, Window(3), hasBias: true)
            x = try network.layer(MaxPooling(Window(2, stride: 2)), [network.activation(x)])
        }
        x = try network.layer(Reshape.flatten, [x])
        x = try network.activation(network.dense("hidden", x, 16))
        return try network.dense("classes", x, NetworkCase.classes)
    }

    /// A residual block that halves the picture, its shortcut a strided 1×1 convolution.
    private static let residual = NetworkCase(
        name: "residual", inputShape: [13, 12, 3], learningRate: 0.05,
        update: { try $0.sgd(SGDUpdate(momentum: 0.9, isNesterov: true, weightDecay: 1e-3), $1, $2) }
    ) { network, images in
        var x = try network.convolution("stem", images, 8, Window(3, padding: .same))
        x = try network.activation(network.batchNormalization("stem/norm", x))
        x = try network.layer(MaxPooling(Window(3, stride: 1, padding: .same)), [x])
        var branch = try network.convolution("first", x, 16, Window(3, stride: 2, padding: .same))
        branch = try network.activation(network.batchNormalization("first/norm", branch))
        branch = try network.convolution("second", branch, 16, Window(3, padding: .same))
        branch = try network.batchNormalization("second/norm", branch)
        var shortcut = try network.convolution("shortcut", x, 16, Window(1, stride: 2))
        shortcut = try network.batchNormalization("shortcut/norm", shortcut)
        x = try network.activation(network.layer(Add(), [branch, shortcut]))
        return try network.dense("classes", network.layer(GlobalAveragePooling(), [x]), NetworkCase.classes)
    }

    /// A depthwise convolution and a pointwise one, as in MobileNets.
    private static let separable = NetworkCase(
        name: "depthwise-separable", inputShape: [14, 14, 3], learningRate: 0.01,
        update: { try $0.adam(AdamUpdate(weightDecay: 0.01), $1, $2) }
    ) { network, images in
        var x = try network.convolution("stem", images, 10, Window(3, stride: 2, padding: .same))
        x = try network.activation(network.batchNormalization("stem/norm", x), .relu6)
        x = try network.convolution("depthwise", x, 10, Window(3, padding: .same), groups: 10)
        x = try network.activation(network.batchNormalization("depthwise/norm", x), .relu6)
        x = try network.convolution("pointwise", x, 18, Window(1))
        x = try network.activation(network.batchNormalization("pointwise/norm", x), .relu6)
        return try network.dense("classes", network.layer(GlobalAveragePooling(), [x]), NetworkCase.classes)
    }

    /// Branches side by side, one of them an average pooling, then dropout.
    private static let concatenating = NetworkCase(
        name: "concatenating", inputShape: [11, 10, 3], learningRate: 0.005,
        update: { try $0.adam(AdamUpdate(), $1, $2) }
    ) { network, images in
        let stem = try network.activation(
            network.convolution("stem", images, 6, Window(3, padding: .same), hasBias: true))
        let point = try network.activation(network.convolution("point", stem, 5, Window(1), hasBias: true))
        let grouped = try network.activation(
            network.convolution("grouped", stem, 8, Window(3, padding: .same), groups: 2, hasBias: true))
        let pooled = try network.layer(AveragePooling(Window(3, stride: 1, padding: .same)), [stem])
        var x = try network.layer(Concatenate(), [point, grouped, pooled])
        x = try network.layer(AveragePooling(Window(2, stride: 2)), [x])
        x = try network.layer(Reshape.flatten, [network.dropout(x, rate: 0.3)])
        return try network.dense("classes", x, NetworkCase.classes)
    }
}
