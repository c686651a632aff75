import COpenCL
import OcellusGraph

/// One device in use: its context and its one in-order queue.
///
/// OpenCL's calls on these handles are safe from any thread, except for setting kernel arguments; what is mutable here is
/// touched by the one thread that uses the backend.
final class Context: @unchecked Sendable {
    let device: OpenCLDevice
    let handle: cl_context
    /// What buffers take of the device's memory.
    let memory: MemoryBudget
    /// Where commands are enqueued: the queue, or while kernels are timed another one.
    private(set) var queue: cl_command_queue
    var functions: OcellusOpenCLFunctions { device.library.functions }

    /// Opens `device`.
    init(_ device: OpenCLDevice) throws {
        self.device = device
        let functions = device.library.functions
        var status: cl_int = CL_SUCCESS
        var id: cl_device_id? = device.id.handle
        let context = functions.clCreateContext(nil, 1, &id, nil, nil, &status)
        try OcellusOpenCL.check(status, "clCreateContext", device: device.title)
        guard let context else { throw BackendError("OpenCL gave no context for \(device.title)") }
        do {
            queue = try Self.makeQueue(context, device)
        } catch {
            _ = functions.clReleaseContext(context)
            throw error
        }
        handle = context
        memory = MemoryBudget(
            byteCount: device.description.memoryByteCount, largestBuffer: device.maximumBufferByteCount)
    }

    private static func makeQueue(
        _ context: cl_context, _ device: OpenCLDevice, properties: Int32 = 0
    ) throws -> cl_command_queue {
        var status: cl_int = CL_SUCCESS
        let queue = device.library.functions.clCreateCommandQueue(
            context, device.id.handle, cl_command_queue_properties(properties), &status)
        try OcellusOpenCL.check(status, "clCreateCommandQueue", device: device.title)
        guard let queue else { throw BackendError("OpenCL gave no command queue for \(device.title)") }
        return queue
    }

    /// What times the kernels that are enqueued; nil at other times than within `timingKernels`.
    private(set) var kernelTimes: KernelTimes?

    /// Runs `body` with another queue, which times its commands. Waits for all that was enqueued before, and by `body`.
    func timingKernels(_ body: (KernelTimes) throws -> Void) throws {
        try finish()
        let times = KernelTimes(self)
        let untimed = queue
        queue = try Self.makeQueue(handle, device, properties: CL_QUEUE_PROFILING_ENABLE)
        kernelTimes = times
        defer {
            _ = functions.clReleaseCommandQueue(queue)
            queue = untimed
            kernelTimes = nil
        }
        try body(times)
    }

    deinit {
        _ = functions.clReleaseCommandQueue(queue)
        _ = functions.clReleaseContext(handle)
    }

    /// Turns a status into an error that names this device.
    func check(_ status: cl_int, _ call: String, label: String? = nil) throws {
        try OcellusOpenCL.check(status, call, label: label, device: device.title)
    }

    /// Starts what was enqueued.
    func flush() throws { try check(functions.clFlush(queue), "clFlush") }

    /// Waits for all that was enqueued.
    func finish() throws { try check(functions.clFinish(queue), "clFinish") }
}
