import COpenCL
import OcellusGraph

/// One device in use: its context and its one in-order queue.
///
/// OpenCL's calls on these handles are safe from any thread, except for setting kernel arguments.
final class Context: @unchecked Sendable {
    let device: OpenCLDevice
    let handle: cl_context
    let queue: cl_command_queue
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
        let queue = functions.clCreateCommandQueue(context, id, 0, &status)
        guard let queue, status == CL_SUCCESS else {
            _ = functions.clReleaseContext(context)
            try OcellusOpenCL.check(status, "clCreateCommandQueue", device: device.title)
            throw BackendError("OpenCL gave no command queue for \(device.title)")
        }
        handle = context
        self.queue = queue
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
