import OcellusGraph

/// A convolution's shapes: what the convolution, its gradients and their pooled forms share.
struct ConvolutionShape {
    let window: Window
    let groups: Int
    /// `[H, W, C]`.
    let inputShape: Shape
    let outputChannels: Int

    init(_ window: Window, _ inputShape: Shape, _ outputChannels: Int, groups: Int = 1) {
        self.window = window
        self.inputShape = inputShape
        self.outputChannels = outputChannels
        self.groups = groups
    }

    var input: TensorDescription { TensorDescription(inputShape, batched: true) }
    var filter: TensorDescription {
        TensorDescription([window.height, window.width, inputShape[2] / groups, outputChannels], batched: false)
    }
    var bias: TensorDescription { TensorDescription([outputChannels], batched: false) }
    var output: TensorDescription {
        TensorDescription([rows, columns, outputChannels], batched: true)
    }
    var pooled: TensorDescription { TensorDescription([rows / 2, columns / 2, outputChannels], batched: true) }
    var winners: TensorDescription {
        TensorDescription([rows / 2, columns / 2, outputChannels], batched: true, .uint8)
    }

    private var geometry: WindowGeometry? { try? window.geometry(over: inputShape) }
    private var rows: Int { geometry?.outputHeight ?? 0 }
    private var columns: Int { geometry?.outputWidth ?? 0 }
    private var products: Int { rows * columns * filter.shape.count }

    /// Shapes of known networks at a small size, corners, and random ones.
    static func all(_ random: inout CaseGenerator) -> [ConvolutionShape] {
        listed + (0..<16).map { _ in draw(&random, most: 9, channels: 9, products: 20_000) }
            + (0..<8).map { _ in draw(&random, most: 25, channels: 48, products: 400_000) }
    }

    /// Those of `all` whose output can be pooled 2×2.
    static func poolable(_ random: inout CaseGenerator) -> [ConvolutionShape] {
        all(&random).filter { $0.rows >= 2 && $0.columns >= 2 }
    }

    private static let listed: [ConvolutionShape] = [
        // One product.
        ConvolutionShape(Window(1), [1, 1, 1], 1),
        // The guide's two layers, at a small size.
        ConvolutionShape(Window(3), [22, 26, 3], 32), ConvolutionShape(Window(3), [13, 15, 32], 64),
        // Few inputs and many outputs, so that a row of places is cut.
        ConvolutionShape(Window(3, padding: .same), [5, 70, 1], 64),
        // Same, odd and even sizes, and a channel more than whole vectors.
        ConvolutionShape(Window(3, padding: .same), [11, 8, 17], 33),
        ConvolutionShape(Window(3, padding: .same), [16, 16, 16], 16),
        // More that Winograd's transform fits, with odd sizes and tiles that are mostly padding.
        ConvolutionShape(
            Window(3, padding: .explicit(top: 0, bottom: 1, left: 2, right: 0)), [7, 9, 20], 24),
        ConvolutionShape(Window(3, padding: .same), [1, 2, 16], 17),
        // ResNet: its stem, its shortcut, and a stride of 2 as TensorFlow pads it.
        ConvolutionShape(
            Window(7, stride: 2, padding: .explicit(top: 3, bottom: 3, left: 3, right: 3)), [23, 23, 3], 16),
        ConvolutionShape(Window(1, stride: 2), [9, 9, 24], 40),
        ConvolutionShape(Window(3, stride: 2, padding: .same), [12, 10, 8], 12),
        // Depthwise: one filter a channel, two filters a channel, with a stride, with dilation.
        ConvolutionShape(Window(3, padding: .same), [9, 10, 35], 35, groups: 35),
        ConvolutionShape(Window(3, padding: .same), [6, 5, 4], 8, groups: 4),
        ConvolutionShape(Window(5, stride: 2, padding: .same), [14, 14, 16], 16, groups: 16),
        ConvolutionShape(Window(3, dilation: 2, padding: .same), [11, 9, 8], 8, groups: 8),
        // Grouped, pointwise, dilated, and a picture smaller than one vector.
        ConvolutionShape(Window(3, padding: .same), [8, 7, 12], 18, groups: 3),
        ConvolutionShape(Window(1), [10, 7, 64], 48), ConvolutionShape(Window(3, dilation: 3), [15, 17, 5], 7),
        ConvolutionShape(Window(1, 5), [3, 9, 2], 3), ConvolutionShape(Window(4, 2), [4, 2, 3], 5),
        // A stride that is longer than the kernel leaves input elements that no window sees.
        ConvolutionShape(Window(2, stride: 3), [9, 8, 4], 6),
        // Uneven pads, and more padding than picture.
        ConvolutionShape(Window(3, padding: .explicit(top: 0, bottom: 2, left: 1, right: 0)), [5, 6, 3], 4),
        ConvolutionShape(Window(3, padding: .explicit(top: 2, bottom: 2, left: 2, right: 2)), [1, 2, 3], 4),
    ]

    private static func draw(
        _ random: inout CaseGenerator, most: Int, channels: Int, products: Int
    ) -> ConvolutionShape {
        while true {
            let groups = random.pick([1, 1, 1, 2, 3, 0])
            let inputs = random.int(1...channels) * max(groups, 1)
            let actualGroups = groups == 0 ? inputs : groups
            let outputs = random.int(1...(groups == 1 ? channels : max(channels / actualGroups, 2))) * actualGroups
            let pads = { (random: inout CaseGenerator) in random.int(0...2) }
            let padding = random.pick(
                [
                    Window.Padding.valid, .same,
                    .explicit(top: pads(&random), bottom: pads(&random), left: pads(&random), right: pads(&random)),
                ])
            let window = Window(
                random.int(1...5), random.int(1...5), stride: random.int(1...3), strideWidth: random.int(1...3),
                dilation: random.pick([1, 1, 2]), dilationWidth: random.pick([1, 1, 3]), padding: padding)
            let shape = ConvolutionShape(
                window, [random.int(1...most), random.int(1...most), inputs], outputs, groups: actualGroups)
            if shape.rows >= 1, shape.columns >= 1, shape.products <= products { return shape }
        }
    }
}
