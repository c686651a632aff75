import COpenCL
import OcellusGraph

/// Copies from the host that do not wait for the device: bytes are copied aside and sent when the queue gets there, so
/// that the host prepares the next batch while the device computes.
///
/// Copies aside are kept, six of them: the inputs of two batches may be under way, and a write beyond that waits for the first.
/// What is larger than any batch, as a network's weights, is sent at once.
///
/// Where the device has memory of its own, copies that wait for a moment only go by a queue of their own, beside what is
/// computed. Elsewhere they would take time from the same cores, and go in order.
final class StagedWrites {
    private static let largestStaged = 32 << 20

    private struct Slot {
        var bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        var event: Event?
    }

    private let context: Context
    private let transferQueue: cl_command_queue?
    private var slots = [Slot](repeating: Slot(), count: 6)
    private var next = 0

    /// - Parameter goesAside: whether there is a queue for copies beside what is computed.
    init(_ context: Context, goesAside: Bool) throws {
        self.context = context
        transferQueue = goesAside ? try context.makeTransferQueue() : nil
    }

    deinit {
        for slot in slots {
            // What a driver that fails may still read is not given back.
            guard (try? slot.event?.wait()) != nil || slot.event == nil else { continue }
            slot.bytes.deallocate()
        }
        if let transferQueue { _ = context.functions.clReleaseCommandQueue(transferQueue) }
    }

    /// Whether `write` has a use for moments.
    var goesAside: Bool { transferQueue != nil }

    /// Enqueues the copy of `bytes` to `byteOffset` in `memory`.
    ///
    /// - Parameters:
    ///   - moment: when it may begin; nil for when all that was enqueued has run.
    ///   - timing: told when it was made.
    func write(
        _ bytes: UnsafeRawBufferPointer, to memory: cl_mem, byteOffset: Int, after moment: Event? = nil,
        timing: TimingRequest? = nil, label: String
    ) throws {
        guard bytes.count > 0, let source = bytes.baseAddress else { return }
        guard bytes.count <= Self.largestStaged else {
            return try context.check(
                context.functions.clEnqueueWriteBuffer(
                    context.queue, memory, cl_bool(CL_TRUE), byteOffset, bytes.count, source, 0, nil, nil),
                "clEnqueueWriteBuffer", label: label)
        }
        let index = next
        next = (next + 1) % slots.count
        try slots[index].event?.wait()
        slots[index].event = nil
        if slots[index].bytes.count < bytes.count {
            slots[index].bytes.deallocate()
            slots[index].bytes = .allocate(byteCount: bytes.count, alignment: 4096)
        }
        slots[index].bytes.copyMemory(from: UnsafeRawBufferPointer(start: source, count: bytes.count))
        let aside = moment == nil ? nil : transferQueue
        var event: cl_event?
        var first = moment?.handle
        let status = withUnsafePointer(to: &first) { first in
            context.functions.clEnqueueWriteBuffer(
                aside ?? context.queue, memory, cl_bool(CL_FALSE), byteOffset, bytes.count,
                slots[index].bytes.baseAddress, aside == nil ? 0 : 1, aside == nil ? nil : first, &event)
        }
        try context.check(status, "clEnqueueWriteBuffer", label: label)
        let written = try Event(event, context)
        slots[index].event = written
        if let aside {
            try context.check(context.functions.clFlush(aside), "clFlush")
            try context.wait(for: written)
        }
        try context.flush()
        if let timing { try context.startTiming().add(written, for: timing) }
    }
}
