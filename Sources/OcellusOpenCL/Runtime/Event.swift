import COpenCL
import OcellusGraph

/// When a command will have run; released with its last reference.
final class Event: DeviceMoment {
    let handle: cl_event
    private let context: Context

    /// Takes over `handle`.
    init(_ handle: cl_event?, _ context: Context) throws {
        guard let handle else { throw BackendError("OpenCL gave no event on \(context.device.title)") }
        self.handle = handle
        self.context = context
    }

    deinit { _ = context.functions.clReleaseEvent(handle) }

    /// Waits for it.
    func wait() throws {
        var event: cl_event? = handle
        try context.check(context.functions.clWaitForEvents(1, &event), "clWaitForEvents")
    }
}

/// Numbers on their way to the host.
final class OpenCLRead: PendingRead {
    private let context: Context
    private let numbers: UnsafeMutableBufferPointer<Float>
    private var event: Event?
    private let didEnd: () throws -> Void

    /// Enqueues the copy of `count` numbers.
    /// - Parameter didEnd: called once they are there.
    init(_ region: BufferRegion, count: Int, _ context: Context, didEnd: @escaping () throws -> Void) throws {
        self.context = context
        self.didEnd = didEnd
        numbers = .allocate(capacity: count)
        numbers.initialize(repeating: 0)
        guard count > 0 else { return }
        let buffer = try region.openCLBuffer()
        var event: cl_event?
        try context.check(
            context.functions.clEnqueueReadBuffer(
                context.queue, buffer.handle, cl_bool(CL_FALSE), region.byteOffset,
                count * MemoryLayout<Float>.size, numbers.baseAddress, 0, nil, &event), "clEnqueueReadBuffer",
            label: buffer.label)
        self.event = try Event(event, context)
        try context.flush()
    }

    deinit {
        // What a driver that fails may still write to is not given back.
        guard (try? event?.wait()) != nil || event == nil else { return }
        numbers.deallocate()
    }

    func values() throws -> [Float] {
        try event?.wait()
        event = nil
        try didEnd()
        return Array(numbers)
    }
}
