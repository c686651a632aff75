import OcellusGraph

/// A pooling's shapes.
struct PoolingShape {
    let window: Window
    let input: TensorDescription

    init(_ window: Window, _ input: Shape) {
        self.window = window
        self.input = TensorDescription(input, batched: true)
    }

    private var geometry: WindowGeometry? { try? window.geometry(over: input.shape) }

    var output: TensorDescription {
        TensorDescription([geometry?.outputHeight ?? 0, geometry?.outputWidth ?? 0, input.shape[2]], batched: true)
    }

    /// Whether every window has an element that is no padding.
    private var isMeaningful: Bool {
        guard let geometry else { return false }
        return (0..<geometry.outputHeight).allSatisfy { p in
            (0..<geometry.outputWidth).allSatisfy { q in !geometry.elements(p, q).isEmpty }
        }
    }

    /// Shapes of known networks at a small size, and random ones.
    static func all(_ random: inout CaseGenerator) -> [PoolingShape] {
        let listed = [
            PoolingShape(Window(2, stride: 2), [8, 8, 16]), PoolingShape(Window(2, stride: 2), [9, 7, 33]),
            PoolingShape(Window(2, stride: 2, padding: .same), [9, 7, 3]),
            PoolingShape(Window(3, stride: 2, padding: .same), [12, 11, 5]),
            PoolingShape(
                Window(3, stride: 2, padding: .explicit(top: 1, bottom: 1, left: 1, right: 1)), [14, 14, 20]),
            PoolingShape(Window(3, padding: .same), [6, 5, 8]), PoolingShape(Window(1), [3, 4, 2]),
            PoolingShape(Window(5, 1, stride: 3, strideWidth: 2), [17, 8, 4]),
        ]
        var drawn: [PoolingShape] = []
        while drawn.count < 12 {
            let pads = (0..<4).map { _ in random.int(0...2) }
            let padding = random.pick(
                [Window.Padding.valid, .same, .explicit(top: pads[0], bottom: pads[1], left: pads[2], right: pads[3])])
            let shape = PoolingShape(
                Window(
                    random.int(1...4), random.int(1...4), stride: random.int(1...3), strideWidth: random.int(1...3),
                    dilation: random.pick([1, 1, 2]), padding: padding),
                [random.int(1...15), random.int(1...15), random.int(1...40)])
            if shape.isMeaningful { drawn.append(shape) }
        }
        return listed + drawn
    }
}
