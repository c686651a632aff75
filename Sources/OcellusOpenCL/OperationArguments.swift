import OcellusGraph

extension OperationArguments {
    /// An input as a kernel's argument.
    func input(_ index: Int) -> KernelArgument { .buffer(inputs[index].region) }

    /// An output as a kernel's argument.
    func output(_ index: Int) -> KernelArgument { .buffer(outputs[index].region) }

    /// 1 where an input is stored in fewer bits than a float has, else 0.
    func isNarrow(input index: Int) -> Int { inputs[index].description.elementType.kernelNumber == 0 ? 0 : 1 }

    /// The same of an output.
    func isNarrow(output index: Int) -> Int { outputs[index].description.elementType.kernelNumber == 0 ? 0 : 1 }

    /// The scratch memory.
    /// - Throws: `BackendError` when the plan gave none.
    func scratch() throws -> BufferRegion {
        guard let workspace else { throw BackendError("'\(label)' was prepared without the workspace it asked for") }
        return workspace
    }
}

extension BufferRegion {
    /// A part of this region.
    func part(at offset: Int, byteCount: Int) -> BufferRegion {
        BufferRegion(buffer, byteOffset: byteOffset + offset, byteCount: byteCount)
    }
}

extension ActivationFunction {
    /// The number by which kernels know the function.
    var kernelNumber: Int {
        switch self {
        case .identity: 0
        case .relu: 1
        case .relu6: 2
        case .hardSigmoid: 3
        case .hardSwish: 4
        case .sigmoid: 5
        case .silu: 6
        case .gelu: 7
        }
    }
}

extension WindowGeometry {
    /// The fields of the kernels' `Window`, in order.
    var kernelIntegers: [Int] {
        [
            inputHeight, inputWidth, outputHeight, outputWidth, window.height, window.width, window.strideHeight,
            window.strideWidth, window.dilationHeight, window.dilationWidth, padTop, padLeft,
        ]
    }
}

extension OpenCLBackend {
    /// Floats that a work-item of a memory-bound kernel handles at once.
    var elementwiseWidth: Int { kernelFamily == .wide ? 16 : 4 }

    /// The same, where it must divide `channels`.
    func width(dividing channels: Int) -> Int {
        var width = parameters.width ?? elementwiseWidth
        while channels % width != 0 { width /= 2 }
        return width
    }

    /// Numbers that never change, on the device.
    func constants(_ values: [Float], label: String) throws -> BufferRegion {
        let byteCount = values.count * MemoryLayout<Float>.size
        let region = BufferRegion(try makeBuffer(byteCount: byteCount, label: label), byteCount: byteCount)
        try values.withUnsafeBytes { try write($0, to: region) }
        return region
    }
}

extension Array {
    /// The element, where there is but one.
    var only: Element? { count == 1 ? self[0] : nil }
}
