import COpenCL

/// When kernels ran, by the device's own clock.
final class KernelTimes {
    private let context: Context
    private var events: [cl_event] = []

    init(_ context: Context) { self.context = context }

    deinit { for event in events { _ = context.functions.clReleaseEvent(event) } }

    /// How many kernels have been enqueued.
    var count: Int { events.count }

    /// Adds the kernel that `enqueue` enqueues with an event; gives what it returns.
    func add(_ enqueue: (UnsafeMutablePointer<cl_event?>) -> cl_int) -> cl_int {
        var event: cl_event?
        let status = enqueue(&event)
        if let event { events.append(event) }
        return status
    }

    /// When the first of some kernels began and the last ended, in seconds on the device's clock, once they have run.
    /// - Returns: nil for no kernels.
    func interval(_ range: Range<Int>) throws -> (start: Double, end: Double)? {
        guard !range.isEmpty else { return nil }
        return (
            try seconds(events[range.lowerBound], CL_PROFILING_COMMAND_START),
            try seconds(events[range.upperBound - 1], CL_PROFILING_COMMAND_END)
        )
    }

    private func seconds(_ event: cl_event, _ moment: Int32) throws -> Double {
        var nanoseconds: cl_ulong = 0
        try context.check(
            context.functions.clGetEventProfilingInfo(
                event, cl_profiling_info(moment), MemoryLayout<cl_ulong>.size, &nanoseconds, nil),
            "clGetEventProfilingInfo")
        return Double(nanoseconds) * 1e-9
    }
}
