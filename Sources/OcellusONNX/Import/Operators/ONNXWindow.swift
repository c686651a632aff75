import Ocellus

extension ONNXAttributes {
    /// The window of a convolution or pooling.
    ///
    /// - Parameters:
    ///   - kernel: its extents where the weight says them.
    ///   - sample: the picture, where the last windows may reach beyond the padding (`ceil_mode`).
    func window(kernel known: [Int]? = nil, over sample: [Int]? = nil) throws(ONNXFault) -> Window {
        let kernel: [Int]
        if let known {
            kernel = known
            if let given = try ints("kernel_shape"), given != kernel {
                throw ONNXFault("its kernel_shape \(given.prefix(8)) is not that of its weight, \(kernel)")
            }
        } else {
            kernel = try pair("kernel_shape", default: nil)
        }
        let (strides, dilations) = (try pair("strides", default: 1), try pair("dilations", default: 1))
        guard (kernel + strides + dilations).allSatisfy({ 1...65536 ~= $0 }) else {
            throw ONNXFault(
                "its window \(kernel) with strides \(strides) and dilations \(dilations) is beyond 1 to 65536")
        }
        return Window(
            kernel[0], kernel[1], stride: strides[0], strideWidth: strides[1], dilation: dilations[0],
            dilationWidth: dilations[1], padding: try padding(kernel, strides, dilations, over: sample))
    }

    private func padding(
        _ kernel: [Int], _ strides: [Int], _ dilations: [Int], over sample: [Int]?
    ) throws(ONNXFault) -> Window.Padding {
        switch try string("auto_pad", default: "NOTSET") {
        case "NOTSET", "": break
        case "VALID": return .valid
        case "SAME_UPPER": return .same
        case let other: throw ONNXFault("its attribute 'auto_pad' is \(other.brief), which is not supported")
        }
        var pads = try ints("pads") ?? [0, 0, 0, 0]
        guard pads.count == 4, pads.allSatisfy({ 0...65536 ~= $0 }) else {
            throw ONNXFault("its pads are \(pads.prefix(8)); they are to be four numbers from 0 to 65536")
        }
        if let sample, try int("ceil_mode", default: 0) != 0 {
            for axis in 0..<2 {
                pads[axis + 2] += Self.excess(
                    sample[axis], kernel[axis], strides[axis], dilations[axis], pads[axis], pads[axis + 2])
            }
        }
        return pads == [0, 0, 0, 0] ? .valid : .explicit(top: pads[0], bottom: pads[2], left: pads[1], right: pads[3])
    }

    /// How far the last window reaches beyond the padding when it counts although it does not fit. One that begins beyond the
    /// picture and the padding before it does not count.
    private static func excess(
        _ extent: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ before: Int, _ after: Int
    ) -> Int {
        let span = (kernel - 1) * dilation + 1
        let padded = extent + before + after
        guard padded >= span else { return 0 }
        var steps = (padded - span + stride - 1) / stride
        if steps * stride >= extent + before { steps -= 1 }
        return max(0, steps * stride + span - padded)
    }

    private func pair(_ name: String, default value: Int?) throws(ONNXFault) -> [Int] {
        if let numbers = try ints(name) {
            guard numbers.count == 2 else {
                throw ONNXFault("its \(name) \(numbers.prefix(8)) is not that of a picture")
            }
            return numbers
        }
        guard let value else { throw ONNXFault("its attribute '\(name)' is missing") }
        return [value, value]
    }
}

extension Window {
    /// Whether it is one pixel and stays one.
    var isPoint: Bool { height == 1 && width == 1 && padding == .valid }
}
