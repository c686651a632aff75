import OcellusGraph
import Testing

@Suite("Window") struct WindowTests {
    /// What TensorFlow gives for `same`: ⌈input / stride⌉ places, and the smaller half of the padding before the input.
    @Test(arguments: [
        // (input, kernel, stride, dilation) → (output, pad before)
        Same(input: 7, kernel: 3, stride: 1, dilation: 1, output: 7, before: 1),
        Same(input: 224, kernel: 3, stride: 2, dilation: 1, output: 112, before: 0),
        Same(input: 225, kernel: 3, stride: 2, dilation: 1, output: 113, before: 1),
        Same(input: 224, kernel: 7, stride: 2, dilation: 1, output: 112, before: 2),
        Same(input: 8, kernel: 2, stride: 1, dilation: 1, output: 8, before: 0),
        Same(input: 9, kernel: 2, stride: 2, dilation: 1, output: 5, before: 0),
        Same(input: 10, kernel: 3, stride: 1, dilation: 3, output: 10, before: 3),
        Same(input: 5, kernel: 1, stride: 3, dilation: 1, output: 2, before: 0),
    ])
    func `Same padding is TensorFlow's`(_ expected: Same) throws {
        let window = Window(
            expected.kernel, stride: expected.stride, dilation: expected.dilation, padding: .same)
        let geometry = try window.geometry(over: [expected.input, expected.input, 3])
        #expect(geometry.outputHeight == expected.output)
        #expect(geometry.outputWidth == expected.output)
        #expect(geometry.padTop == expected.before)
        #expect(geometry.padLeft == expected.before)
    }

    struct Same: Sendable {
        let input, kernel, stride, dilation, output, before: Int
    }

    @Test func `Valid windows lie inside of the input`() throws {
        let geometry = try Window(3, 2, stride: 2, strideWidth: 3, dilation: 2).geometry(over: [11, 10, 1])
        #expect(geometry.outputHeight == 4)  // ⌊(11 − 5) / 2⌋ + 1
        #expect(geometry.outputWidth == 3)  // ⌊(10 − 2) / 3⌋ + 1
        #expect(geometry.padTop == 0 && geometry.padLeft == 0)
        #expect(geometry.isInside)
    }

    @Test func `Explicit pads are kept apart by side`() throws {
        let padding = Window.Padding.explicit(top: 1, bottom: 2, left: 3, right: 0)
        let geometry = try Window(3, padding: padding).geometry(over: [4, 5, 1])
        #expect(geometry.outputHeight == 5)
        #expect(geometry.outputWidth == 6)
        #expect(geometry.padTop == 1 && geometry.padLeft == 3)
        #expect(!geometry.isInside)
    }

    @Test func `Same padding that needs no pad is inside`() throws {
        #expect(try Window(2, stride: 2, padding: .same).geometry(over: [8, 8, 1]).isInside)
        #expect(try !Window(2, stride: 2, padding: .same).geometry(over: [8, 7, 1]).isInside)
    }

    @Test(arguments: [
        (Window(5), Shape([4, 9, 3]), "its 5×5 window is larger than its input [4, 9, 3]"),
        (Window(3, dilation: 3), Shape([6, 6, 1]), "its 3×3 window (dilated 3×3) is larger than its input [6, 6, 1]"),
        (Window(3), Shape([27]), "wants a picture [height, width, channels] for its input, not [27]"),
        (Window(2, stride: 0), Shape([6, 6, 1]), "a window's size, stride and dilation are 1 to 65536"),
        (Window(0), Shape([6, 6, 1]), "a window's size, stride and dilation are 1 to 65536"),
        (
            Window(3, padding: .explicit(top: -1, bottom: 0, left: 0, right: 0)), Shape([6, 6, 1]),
            "explicit padding is 0 to 65536 a side"
        ),
    ])
    func `A window that does not fit says why`(_ window: Window, _ input: Shape, _ reason: String) {
        let error = #expect(throws: ShapeMismatch.self) { try window.geometry(over: input) }
        #expect(error?.reason == reason)
    }

    @Test("pooling refuses padding so large that a window sees nothing else")
    func padding() throws {
        let input = TensorDescription([6, 6, 2], batched: true)
        let wide = Window(2, stride: 2, padding: .explicit(top: 2, bottom: 0, left: 0, right: 0))
        let late = Window(2, stride: 2, padding: .explicit(top: 0, bottom: 0, left: 0, right: 3))
        for window in [wide, late] {
            #expect(throws: ShapeMismatch.self) { try MaxPooling(window).outputs(for: [input]) }
            #expect(throws: ShapeMismatch.self) { try AveragePooling(window).outputs(for: [input]) }
        }
        let fitting = Window(3, stride: 2, padding: .explicit(top: 2, bottom: 1, left: 2, right: 1))
        #expect(try MaxPooling(fitting).outputs(for: [input])[0].shape == [4, 4, 2])
    }
}
