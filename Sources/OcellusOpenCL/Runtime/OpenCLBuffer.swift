import COpenCL
import OcellusGraph
import Synchronization

/// Memory of an OpenCL device. A part of it is handed to kernels as a sub-buffer, so that they get plain pointers.
final class OpenCLBuffer: DeviceBuffer {
    let byteCount: Int
    let label: String
    private let context: Context
    private let memory: MemoryObject
    private let parts = Mutex<[Part: MemoryObject]>([:])

    private struct Part: Hashable {
        let byteOffset: Int
        let byteCount: Int
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
            memory = try MemoryObject(handle, context)
        } catch {
            context.memory.release(byteCount)
            throw error
        }
    }

    deinit { context.memory.release(byteCount) }

    /// The whole, for transfers, which take offsets.
    var whole: MemoryObject { memory }

    /// The part at `byteOffset`, made once.
    func part(byteOffset: Int, byteCount: Int) throws -> MemoryObject {
        guard byteOffset >= 0, byteCount >= 0, byteOffset + byteCount <= self.byteCount else {
            throw BackendError(
                "Bytes \(byteOffset) to \(byteOffset + byteCount) are outside '\(label)', which has \(self.byteCount)")
        }
        if byteOffset == 0 && byteCount == self.byteCount || byteCount == 0 { return memory }
        return try parts.withLock { parts in
            let key = Part(byteOffset: byteOffset, byteCount: byteCount)
            if let known = parts[key] { return known }
            let made = try makePart(key)
            parts[key] = made
            return made
        }
    }

    private func makePart(_ part: Part) throws -> MemoryObject {
        var region = cl_buffer_region(origin: part.byteOffset, size: part.byteCount)
        var status: cl_int = CL_SUCCESS
        let handle = context.functions.clCreateSubBuffer(
            memory.handle, 0, cl_buffer_create_type(CL_BUFFER_CREATE_TYPE_REGION), &region, &status)
        try context.check(status, "clCreateSubBuffer (\(part.byteCount) bytes at \(part.byteOffset))", label: label)
        return try MemoryObject(handle, context, partOf: memory)
    }
}

/// A buffer or sub-buffer, released with its last reference.
final class MemoryObject: @unchecked Sendable {
    let handle: cl_mem
    private let context: Context
    /// Held until this part is released: NVIDIA's driver crashes when a sub-buffer outlives the buffer it is part of,
    /// though OpenCL lets it.
    private let whole: MemoryObject?

    /// Takes over `handle`, a sub-buffer of `whole` where that is given.
    init(_ handle: cl_mem?, _ context: Context, partOf whole: MemoryObject? = nil) throws {
        guard let handle else { throw BackendError("OpenCL gave no memory on \(context.device.title)") }
        self.handle = handle
        self.context = context
        self.whole = whole
    }

    deinit { _ = context.functions.clReleaseMemObject(handle) }
}

extension BufferRegion {
    /// The region's buffer as one of this backend's.
    func openCLBuffer() throws -> OpenCLBuffer {
        guard let buffer = buffer as? OpenCLBuffer else {
            throw BackendError("A buffer of another backend was handed to OpenCL")
        }
        return buffer
    }

    /// The region as an object that a kernel argument can be.
    func memoryObject() throws -> MemoryObject {
        try openCLBuffer().part(byteOffset: byteOffset, byteCount: byteCount)
    }
}
