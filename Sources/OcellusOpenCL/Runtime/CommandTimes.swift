import COpenCL
import OcellusGraph

/// When commands ran, by the device's own clock, told on once they have.
///
/// The device's clock has an origin of its own; what it shows when the host's shows something else is found out once, when
/// nothing else runs.
final class CommandTimes {
    private let functions: OcellusOpenCLFunctions
    private let check: (cl_int, String) throws -> Void
    private let host = Stopwatch()
    /// What is added to the device's seconds to get the host's.
    private var difference = 0.0
    private var waiting: [Group] = []

    /// Commands whose time is told as one.
    private struct Group {
        var events: [cl_event]
        let index: Int
        let timing: TimingRequest
        /// What is added to this clock's seconds to get the request's.
        let offset: Double
    }

    /// What the commands that are being enqueued belong to.
    private var current: [cl_event] = []
    private var isCollecting = false

    /// - Parameters:
    ///   - queue: which times its commands, and has none.
    ///   - check: turns statuses into errors.
    init(
        _ queue: cl_command_queue, _ functions: OcellusOpenCLFunctions, check: @escaping (cl_int, String) throws -> Void
    ) throws {
        self.functions = functions
        self.check = check
        var marker: cl_event?
        try check(functions.clEnqueueMarkerWithWaitList(queue, 0, nil, &marker), "clEnqueueMarkerWithWaitList")
        try check(functions.clFinish(queue), "clFinish")
        let now = host.seconds
        guard let marker else { return }
        defer { _ = functions.clReleaseEvent(marker) }
        difference = now - (try seconds(marker, CL_PROFILING_COMMAND_END))
    }

    deinit {
        for event in waiting.flatMap(\.events) + current { _ = functions.clReleaseEvent(event) }
    }

    /// Collects the commands that `body` enqueues, to tell `timing` of them as its step `index`.
    func collecting(_ index: Int, for timing: TimingRequest, _ body: () throws -> Void) throws {
        isCollecting = true
        defer {
            isCollecting = false
            for event in current { _ = functions.clReleaseEvent(event) }
            current = []
        }
        try body()
        let offset = timing.clock() - host.seconds
        waiting.append(Group(events: current, index: index, timing: timing, offset: offset))
        current = []
    }

    /// Adds a command that has been enqueued, to tell `timing` of it.
    func add(_ event: Event, for timing: TimingRequest) {
        let offset = timing.clock() - host.seconds
        _ = functions.clRetainEvent(event.handle)
        waiting.append(Group(events: [event.handle], index: 0, timing: timing, offset: offset))
    }

    /// Enqueues a command, with an event where commands are collected.
    func add(_ enqueue: (UnsafeMutablePointer<cl_event?>?) -> cl_int) -> cl_int {
        guard isCollecting else { return enqueue(nil) }
        var event: cl_event?
        let status = enqueue(&event)
        if let event { current.append(event) }
        return status
    }

    /// Tells of what has run.
    func tell() throws {
        while let group = waiting.first {
            guard let last = group.events.last else {
                waiting.removeFirst()
                continue
            }
            var status: cl_int = CL_QUEUED
            try check(
                functions.clGetEventInfo(
                    last, cl_event_info(CL_EVENT_COMMAND_EXECUTION_STATUS), MemoryLayout<cl_int>.size, &status, nil),
                "clGetEventInfo")
            guard status <= CL_COMPLETE else { return }
            let queued = try seconds(group.events[0], CL_PROFILING_COMMAND_QUEUED)
            let start = try seconds(group.events[0], CL_PROFILING_COMMAND_START)
            let end = try seconds(last, CL_PROFILING_COMMAND_END)
            waiting.removeFirst()
            for event in group.events { _ = functions.clReleaseEvent(event) }
            let offset = group.offset + difference
            group.timing.record(
                StepTiming(index: group.index, queued: queued + offset, start: start + offset, end: end + offset))
        }
    }

    private func seconds(_ event: cl_event, _ moment: Int32) throws -> Double {
        var nanoseconds: cl_ulong = 0
        try check(
            functions.clGetEventProfilingInfo(
                event, cl_profiling_info(moment), MemoryLayout<cl_ulong>.size, &nanoseconds, nil),
            "clGetEventProfilingInfo")
        return Double(nanoseconds) * 1e-9
    }
}
