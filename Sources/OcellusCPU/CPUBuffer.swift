import OcellusGraph

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Memory of the process, aligned for the widest vectors.
final class CPUBuffer: DeviceBuffer, @unchecked Sendable {
    /// A cache line, and the widest vector.
    static let alignment = 64

    let byteCount: Int
    let memory: UnsafeMutableRawPointer
    /// Whose memory it is, when that is someone else's: it can be read only.
    private let owner: (any AnyObject & Sendable)?
    /// What the memory is counted in.
    private let budget: MemoryBudget?

    /// Whether it can be read only.
    var isConstant: Bool { owner != nil }

    /// Memory of its own, counted in a budget if there is one; its content is undefined.
    init(byteCount: Int, label: String, memory budget: MemoryBudget? = nil) throws {
        try budget?.reserve(byteCount, for: label)
        var memory: UnsafeMutableRawPointer?
        let status = posix_memalign(&memory, Self.alignment, max(byteCount, Self.alignment))
        guard status == 0, let memory else {
            budget?.release(byteCount)
            throw BackendError("no \(byteCount) bytes of memory for \(label); use a smaller batch or smaller pictures")
        }
        self.byteCount = byteCount
        self.memory = memory
        self.budget = budget
        owner = nil
    }

    /// Memory of someone else, which lives as long as `owner`; nil when it is not aligned for vectors.
    init?(sharing bytes: UnsafeRawBufferPointer, owner: any AnyObject & Sendable) {
        guard let start = bytes.baseAddress, Int(bitPattern: start) % Self.alignment == 0 else { return nil }
        byteCount = bytes.count
        memory = UnsafeMutableRawPointer(mutating: start)
        self.owner = owner
        budget = nil
    }

    deinit {
        if owner == nil { free(memory) }
        budget?.release(byteCount)
    }
}

extension BufferRegion {
    /// Where the region is in memory.
    /// - Throws: `BackendError` when its buffer is another backend's or ends before the region does.
    func memory() throws -> UnsafeMutableRawPointer {
        guard let buffer = buffer as? CPUBuffer else {
            throw BackendError("the CPU was handed a buffer of another device")
        }
        guard byteOffset >= 0, byteCount >= 0, byteOffset + byteCount <= buffer.byteCount else {
            throw BackendError(
                "bytes \(byteOffset) ..< \(byteOffset + byteCount) lie outside of a buffer of \(buffer.byteCount)")
        }
        return buffer.memory + byteOffset
    }

    /// Where the region is in memory, to be written to.
    /// - Throws: as ``memory()``, and when its buffer can be read only.
    func writableMemory() throws -> UnsafeMutableRawPointer {
        let memory = try memory()
        if (buffer as? CPUBuffer)?.isConstant == true { throw BackendError("constant memory cannot be written to") }
        return memory
    }

    /// The region as floats.
    func floats() throws -> UnsafeMutablePointer<Float> { try memory().assumingMemoryBound(to: Float.self) }
}
