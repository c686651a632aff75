import OcellusGraph

/// A filter in packed form: packed once if it never changes while the plan lives, else in each step.
struct FilterInPlan {
    private let filter: UnsafePointer<Float>
    private let packed: UnsafeMutablePointer<Float>
    private let constant: CPUBuffer?

    /// The filter at input `index`; `offset` floats of the workspace are someone else's.
    init(
        _ kernel: ConvolutionKernel, _ index: Int, _ arguments: OperationArguments, offset: Int = 0,
        on backend: CPUBackend
    ) throws {
        filter = try arguments.input(index)
        if arguments.inputs[index].isConstant {
            let buffer = try CPUBuffer(byteCount: kernel.packedCount * 4, label: "the filter of '\(arguments.label)'")
            packed = buffer.memory.assumingMemoryBound(to: Float.self)
            constant = buffer
            kernel.pack(filter, into: packed, on: backend)
        } else {
            packed = try arguments.workspaceFloats(byteCount: (offset + kernel.packedCount) * 4) + offset
            constant = nil
        }
    }

    /// The filter as it is now, packed.
    func packed(by kernel: ConvolutionKernel, on backend: CPUBackend) -> UnsafePointer<Float> {
        if constant == nil { kernel.pack(filter, into: packed, on: backend) }
        return UnsafePointer(packed)
    }
}
