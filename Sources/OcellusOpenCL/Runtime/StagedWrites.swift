import COpenCL
import OcellusGraph

/// Copies from the host that do not wait for the device: bytes are copied aside and sent when the queue gets there, so
/// that the host prepares the next batch while the device computes.
///
/// Two copies aside are kept, so two batches may be under way; a third write waits for the first. What is larger than any
/// batch, as a network's weights, is sent at once.
final class StagedWrites {
    private static let largestStaged = 32 << 20

    private struct Slot {
        var bytes: UnsafeMutableRawBufferPointer
        var event: cl_event?
    }

    private let context: Context
    private var slots: [Slot]
    private var next = 0

    init(_ context: Context) {
        self.context = context
        slots = Array(repeating: Slot(bytes: .init(start: nil, count: 0), event: nil), count: 2)
    }

    deinit {
        for index in slots.indices {
            try? wait(index)
            slots[index].bytes.deallocate()
        }
    }

    /// Enqueues the copy of `bytes` to `byteOffset` in `memory`.
    func write(_ bytes: UnsafeRawBufferPointer, to memory: MemoryObject, byteOffset: Int, label: String) throws {
        guard bytes.count > 0, let source = bytes.baseAddress else { return }
        guard bytes.count <= Self.largestStaged else {
            return try context.check(
                context.functions.clEnqueueWriteBuffer(
                    context.queue, memory.handle, cl_bool(CL_TRUE), byteOffset, bytes.count, source, 0, nil, nil),
                "clEnqueueWriteBuffer", label: label)
        }
        let index = next
        next = (next + 1) % slots.count
        try wait(index)
        if slots[index].bytes.count < bytes.count {
            slots[index].bytes.deallocate()
            slots[index].bytes = .allocate(byteCount: bytes.count, alignment: 4096)
        }
        slots[index].bytes.copyMemory(from: UnsafeRawBufferPointer(start: source, count: bytes.count))
        try context.check(
            context.functions.clEnqueueWriteBuffer(
                context.queue, memory.handle, cl_bool(CL_FALSE), byteOffset, bytes.count,
                slots[index].bytes.baseAddress, 0, nil, &slots[index].event), "clEnqueueWriteBuffer", label: label)
        try context.flush()
    }

    private func wait(_ index: Int) throws {
        guard slots[index].event != nil else { return }
        let status = context.functions.clWaitForEvents(1, &slots[index].event)
        _ = context.functions.clReleaseEvent(slots[index].event)
        slots[index].event = nil
        try context.check(status, "clWaitForEvents")
    }
}
