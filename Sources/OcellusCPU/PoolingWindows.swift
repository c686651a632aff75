import OcellusGraph

/// The windows of a pooling, one by one, with the elements of each that lie inside of the input.
struct PoolingWindows {
    let geometry: WindowGeometry
    let channels: Int

    init(_ window: Window, over input: Shape) throws {
        geometry = try window.geometry(over: input)
        channels = input[2]
    }

    /// Floats of one input and of one output.
    var inputCount: Int { geometry.inputHeight * geometry.inputWidth * channels }
    var outputCount: Int { geometry.outputHeight * geometry.outputWidth * channels }

    /// Floats of scratch memory that hold the elements of a window: an offset takes two, a place one.
    var scratchCount: Int { 3 * geometry.window.count }

    /// The elements of the window at (p, q): offsets into the input, and places in the window.
    struct Elements {
        let offsets: UnsafeMutablePointer<Int>
        let places: UnsafeMutablePointer<UInt8>
        let count: Int
    }

    /// Finds the elements of the window at (p, q).
    func elements(_ p: Int, _ q: Int, scratch: UnsafeMutablePointer<Float>) -> Elements {
        let window = geometry.window
        let offsets = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: Int.self)
        let places = UnsafeMutableRawPointer(offsets + window.count).assumingMemoryBound(to: UInt8.self)
        var count = 0
        for i in 0..<window.height {
            let row = p * window.strideHeight + i * window.dilationHeight - geometry.padTop
            guard row >= 0, row < geometry.inputHeight else { continue }
            for j in 0..<window.width {
                let column = q * window.strideWidth + j * window.dilationWidth - geometry.padLeft
                guard column >= 0, column < geometry.inputWidth else { continue }
                offsets[count] = (row * geometry.inputWidth + column) * channels
                places[count] = UInt8(truncatingIfNeeded: i * window.width + j)
                count += 1
            }
        }
        return Elements(offsets: offsets, places: places, count: count)
    }
}
