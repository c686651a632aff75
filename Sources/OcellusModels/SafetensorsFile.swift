import OcellusGraph

/// A file of named tensors, in the safetensors format, opened for reading. The file is mapped, not read: opening one of
/// any size takes microseconds, and its pages come in when a tensor is used.
public final class SafetensorsFile: Sendable {
    private let file: MappedFile
    private let tensors: [String: SafetensorsHeader.Tensor]

    /// The path that the file was opened under.
    public var path: String { file.path }
    /// The tensors' names, in the order of their bytes in the file.
    public let names: [String]
    /// The file's free text, by key.
    public let metadata: [String: String]

    /// Opens a file and checks its header: every tensor then lies within the file and has the size of its shape.
    ///
    /// The file must not be shortened while it is open.
    /// - Throws: `ModelError` that names the file and the tensor: missing, cut off, damaged, overlapping, too long.
    public init(_ path: String) throws {
        let file = try MappedFile(path)
        let header = try SafetensorsHeader(file.bytes, path: path)
        self.file = file
        names = header.tensors.map(\.name)
        tensors = Dictionary(header.tensors.map { ($0.name, $0) }) { first, _ in first }
        metadata = header.metadata
    }

    /// Reads the file into memory, in the place of its mapping, so that nothing that happens to it from then on matters. To be
    /// called once; others may read tensors meanwhile.
    /// - Throws: `ModelError` when it is shortened before that is done, or there is no memory.
    func detach() throws(ModelError) { try file.detach() }

    /// Whether the file has a tensor of that name.
    public func contains(_ name: String) -> Bool { tensors[name] != nil }

    /// A tensor's extents as stored: nothing is transposed.
    /// - Throws: `ModelError` when there is no such tensor.
    public func shape(of name: String) throws -> Shape { try tensor(name).shape }

    /// How a tensor's elements are stored.
    /// - Throws: `ModelError` when there is no such tensor.
    public func elementType(of name: String) throws -> SafetensorsElementType { try tensor(name).elementType }

    /// A tensor's elements, row-major: `F32` as they are, `F16` and `BF16` exactly, `F64` rounded to nearest.
    /// - Throws: `ModelError` when there is no such tensor, or its elements are of another type.
    public func floats(of name: String) throws -> [Float] {
        let tensor = try tensor(name)
        let source = bytes(of: tensor)
        var isConverted = true
        let floats = [Float](unsafeUninitializedCapacity: tensor.shape.count) { target, count in
            count = tensor.shape.count
            isConverted = tensor.elementType.convert(source, to: UnsafeMutableBufferPointer(rebasing: target[..<count]))
            if !isConverted { count = 0 }
        }
        guard isConverted else {
            throw ModelError(
                path,
                "the tensor '\(name)' has \(tensor.elementType.rawValue) elements where floating-point ones are needed."
            )
        }
        return floats
    }

    /// Gives `body` a tensor's elements without a copy when they are stored as `F32`, else converted. They must not be
    /// kept beyond the call.
    /// - Throws: as ``floats(of:)``, and what `body` throws.
    public func withUnsafeFloats<Result>(
        of name: String, _ body: (UnsafeBufferPointer<Float>) throws -> Result
    ) throws -> Result {
        if let stored = try storedFloats(of: name) { return try withExtendedLifetime(file) { try body(stored) } }
        return try floats(of: name).withUnsafeBufferPointer(body)
    }

    /// A tensor's elements where the file is mapped, for as long as this object lives; nil when they have to be converted.
    /// - Throws: `ModelError` when there is no such tensor.
    func storedFloats(of name: String) throws -> UnsafeBufferPointer<Float>? {
        let tensor = try tensor(name)
        let bytes = bytes(of: tensor)
        // The format promises no alignment, so a file of someone else's may need a copy.
        let isAligned = bytes.baseAddress.map { Int(bitPattern: $0) % MemoryLayout<Float>.alignment == 0 } ?? true
        guard tensor.elementType == .float32, isAligned, isLittleEndian else { return nil }
        return bytes.bindMemory(to: Float.self)
    }

    /// Gives `body` a tensor's bytes as stored, little-endian. They must not be kept beyond the call.
    /// - Throws: `ModelError` when there is no such tensor, and what `body` throws.
    public func withUnsafeBytes<Result>(
        of name: String, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        let bytes = bytes(of: try tensor(name))
        return try withExtendedLifetime(file) { try body(bytes) }
    }

    /// XXH64 of the whole file, as 16 hexadecimal digits.
    package var xxh64: String {
        let digits = String(withUnsafeFileBytes(XXH64.hash), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The whole file.
    func withUnsafeFileBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(file) { try body(file.bytes) }
    }

    private var isLittleEndian: Bool { 1.littleEndian == 1 }

    private func tensor(_ name: String) throws -> SafetensorsHeader.Tensor {
        guard let tensor = tensors[name] else { throw ModelError(path, "has no tensor named '\(name)'.") }
        return tensor
    }

    private func bytes(of tensor: SafetensorsHeader.Tensor) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: file.bytes[tensor.range])
    }
}
