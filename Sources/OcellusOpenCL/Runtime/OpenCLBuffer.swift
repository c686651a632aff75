import COpenCL
import OcellusGraph
import Synchronization

/// Memory of an OpenCL device. A part of it is handed to kernels as a sub-buffer, so that they get plain pointers.
final class OpenCLBuffer: DeviceBuffer {
    let byteCount: Int
    let label: String
    /// The whole, for transfers, which take offsets. Valid as long as this object.
    nonisolated(unsafe) let handle: cl_mem
    private let context: Context
    private let parts = Mutex(Parts())

    /// Sub-buffers, in the order in which they were made.
    private struct Parts: @unchecked Sendable {
        var handles: [cl_mem] = []
        var indices: [Range<Int>: Int] = [:]
    }

    /// Reserves `byteCount` bytes.
    init(_ context: Context, byteCount: Int, label: String) throws {
        self.context = context
        self.byteCount = byteCount
        self.label = label
        try context.memory.reserve(byteCount, for: label)
        do {
            var status: cl_int = CL_SUCCESS
            let handle = context.functions.clCreateBuffer(
                context.handle, cl_mem_flags(CL_MEM_READ_WRITE), max(byteCount, 1), nil, &status)
            try context.check(status, "clCreateBuffer (\(byteCount) bytes)", label: label)
            guard let handle else {
                throw BackendError("OpenCL gave no memory for '\(label)' on \(context.device.title)")
            }
            self.handle = handle
        } catch {
            context.memory.release(byteCount)
            throw error
        }
    }

    deinit {
        // The last made first, and the whole at the end: NVIDIA's driver (580.159) crashes when sub-buffers that overlap are
        // released in another order, or after the whole, though OpenCL lets them be.
        for part in parts.withLock({ $0.handles }).reversed() { _ = context.functions.clReleaseMemObject(part) }
        _ = context.functions.clReleaseMemObject(handle)
        context.memory.release(byteCount)
    }

    /// The part at `byteOffset`, made once. Valid as long as this object.
    func part(byteOffset: Int, byteCount: Int) throws -> cl_mem {
        guard byteOffset >= 0, byteCount >= 0, byteOffset + byteCount <= self.byteCount else {
            throw BackendError(
                "Bytes \(byteOffset) to \(byteOffset + byteCount) are outside '\(label)', which has \(self.byteCount)")
        }
        if byteOffset == 0 && byteCount == self.byteCount || byteCount == 0 { return handle }
        let range = byteOffset..<byteOffset + byteCount
        return try parts.withLock { parts in
            if let index = parts.indices[range] { return parts.handles[index] }
            let made = try makePart(range)
            parts.indices[range] = parts.handles.count
            parts.handles.append(made)
            return made
        }
    }

    private func makePart(_ range: Range<Int>) throws -> cl_mem {
        var region = cl_buffer_region(origin: range.lowerBound, size: range.count)
        var status: cl_int = CL_SUCCESS
        let part = context.functions.clCreateSubBuffer(
            handle, 0, cl_buffer_create_type(CL_BUFFER_CREATE_TYPE_REGION), &region, &status)
        try context.check(status, "clCreateSubBuffer (\(range.count) bytes at \(range.lowerBound))", label: label)
        guard let part else { throw BackendError("OpenCL gave no part of '\(label)' on \(context.device.title)") }
        return part
    }
}

extension BufferRegion {
    /// The region's buffer as one of this backend's.
    func openCLBuffer() throws -> OpenCLBuffer {
        guard let buffer = buffer as? OpenCLBuffer else {
            throw BackendError("A buffer of another backend was handed to OpenCL")
        }
        return buffer
    }
}
