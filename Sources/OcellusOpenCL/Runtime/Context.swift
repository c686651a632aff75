import COpenCL
import OcellusGraph

/// One device in use: its context and its in-order queue.
///
/// OpenCL's calls on these handles are safe from any thread, except for setting kernel arguments; what is mutable here is
/// touched by the one thread that uses the backend.
final class Context: @unchecked Sendable {
    let device: OpenCLDevice
    let handle: cl_context
    /// What buffers take of the device's memory.
    let memory: MemoryBudget
    /// Where commands are enqueued, to run in order.
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

    /// What tells when commands ran; nil until someone wants to know.
    private(set) var times: CommandTimes?

    /// Commands from now on can be timed: they are enqueued in another queue, which begins when this one is empty.
    func startTiming() throws -> CommandTimes {
        if let times { return times }
        try finish()
        let timed = try Self.makeQueue(handle, device, properties: CL_QUEUE_PROFILING_ENABLE)
        do {
            let device = device.title
            let times = try CommandTimes(timed, functions) { try OcellusOpenCL.check($0, $1, device: device) }
            _ = functions.clReleaseCommandQueue(queue)
            queue = timed
            self.times = times
            return times
        } catch {
            _ = functions.clReleaseCommandQueue(timed)
            throw error
        }
    }

    /// A queue beside the other, for copies to the device while it computes.
    func makeTransferQueue() throws -> cl_command_queue {
        try Self.makeQueue(handle, device, properties: CL_QUEUE_PROFILING_ENABLE)
    }

    /// When all that has been enqueued will have run.
    func mark() throws -> Event {
        var event: cl_event?
        try check(functions.clEnqueueMarkerWithWaitList(queue, 0, nil, &event), "clEnqueueMarkerWithWaitList")
        let mark = try Event(event, self)
        try flush()
        return mark
    }

    /// Has what is enqueued from now on wait for an event.
    func wait(for event: Event) throws {
        var handle: cl_event? = event.handle
        try check(functions.clEnqueueBarrierWithWaitList(queue, 1, &handle, nil), "clEnqueueBarrierWithWaitList")
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
