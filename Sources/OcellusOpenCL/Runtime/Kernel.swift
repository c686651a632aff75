import COpenCL
import OcellusGraph

/// A kernel of a program, with arguments of its own.
final class Kernel {
    let handle: cl_kernel
    let entry: String
    private let program: Program
    private let context: Context
    private let label: String
    private var retained: [OpenCLBuffer] = []

    /// The function `entry` of `program`.
    init(_ entry: String, of program: Program, _ context: Context, label: String) throws {
        var status: cl_int = CL_SUCCESS
        let handle = context.functions.clCreateKernel(program.handle, entry, &status)
        try context.check(status, "clCreateKernel (\(entry) of \(program.name))", label: label)
        guard let handle else { throw BackendError("OpenCL gave no kernel '\(entry)' of \(program.name)") }
        self.handle = handle
        self.entry = entry
        self.program = program
        self.context = context
        self.label = label
    }

    deinit { _ = context.functions.clReleaseKernel(handle) }

    /// Sets an argument to a number.
    func set<Value: BitwiseCopyable>(_ index: Int, _ value: Value) throws {
        var value = value
        try checkArgument(
            context.functions.clSetKernelArg(handle, cl_uint(index), MemoryLayout<Value>.size, &value), index)
    }

    /// Sets an argument to a struct of numbers.
    func set<Value: BitwiseCopyable>(_ index: Int, array values: [Value]) throws {
        try values.withUnsafeBytes {
            try checkArgument(
                context.functions.clSetKernelArg(handle, cl_uint(index), $0.count, $0.baseAddress), index)
        }
    }

    /// Sets an argument to memory, and keeps it as long as the kernel.
    func set(_ index: Int, memory region: BufferRegion) throws {
        let buffer = try region.openCLBuffer()
        retained.append(buffer)
        try set(index, buffer.part(byteOffset: region.byteOffset, byteCount: region.byteCount))
    }

    private func checkArgument(_ status: cl_int, _ index: Int) throws {
        guard status != CL_SUCCESS else { return }  // before the message is made: this runs in every step
        try context.check(status, "clSetKernelArg (argument \(index) of \(entry))", label: label)
    }

    /// Enqueues the kernel over `groups` work-groups of `local` work-items.
    func enqueue(groups: SIMD3<Int>, local: SIMD3<Int>) throws {
        guard groups.min() > 0 else { return }
        let global = groups &* local
        let status = withUnsafeBytes(of: global) { global in
            withUnsafeBytes(of: local) { local in
                let (global, local) = (
                    global.assumingMemoryBound(to: Int.self), local.assumingMemoryBound(to: Int.self)
                )
                func enqueue(_ event: UnsafeMutablePointer<cl_event?>?) -> cl_int {
                    context.functions.clEnqueueNDRangeKernel(
                        context.queue, handle, 3, nil, global.baseAddress, local.baseAddress, 0, nil, event)
                }
                return context.times.map { $0.add(enqueue) } ?? enqueue(nil)
            }
        }
        guard status != CL_SUCCESS else { return }
        try context.check(
            status, "clEnqueueNDRangeKernel (\(entry) of \(program.name), \(groups) groups of \(local))", label: label)
    }
}
