import OcellusGraph

/// What a safetensors file says of its tensors, checked: when one of these exists, every tensor lies within the file, has
/// the size of its shape, and shares no byte with another.
///
/// The format: 8 bytes with the header's length (little-endian), the header (JSON, which may be padded with blanks),
/// then the tensors' bytes without gaps. See https://github.com/huggingface/safetensors#format.
struct SafetensorsHeader {
    /// One tensor.
    struct Tensor {
        let name: String
        let elementType: SafetensorsElementType
        let shape: Shape
        /// Where its bytes are, counted from the start of the file.
        let range: Range<Int>
    }

    /// The tensors in the order of their bytes in the file.
    let tensors: [Tensor]
    /// Free text under `__metadata__`.
    let metadata: [String: String]

    /// The longest header accepted, in bytes, as in the reference implementation.
    static let maximumByteCount = 100_000_000

    /// Reads and checks the header of a whole file.
    /// - Throws: `ModelError` that names the file and, where it is about one, the tensor.
    init(_ file: UnsafeRawBufferPointer, path: String) throws {
        let range = try Self.headerRange(file, path: path)
        var scanner = SafetensorsScanner(UnsafeRawBufferPointer(rebasing: file[range]), path: path)
        var entries: [Tensor] = []
        var names: Set<String> = []
        var metadata: [String: String] = [:]
        try scanner.object { scanner, name in
            guard names.insert(name).inserted else {
                throw ModelError(path, "names the tensor '\(name)' twice. The file is damaged; get it again.")
            }
            if name == "__metadata__" {
                metadata = try Self.metadata(&scanner)
            } else {
                entries.append(try Self.tensor(name, &scanner, dataStart: range.upperBound, path: path))
            }
        }
        try scanner.end()
        // The order of names in the header means nothing; that of the bytes does. Tensors without elements go first.
        tensors = entries.sorted {
            ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
        }
        self.metadata = metadata
        try Self.checkPlaces(tensors, dataStart: range.upperBound, fileByteCount: file.count, path: path)
    }

    private static func headerRange(_ file: UnsafeRawBufferPointer, path: String) throws -> Range<Int> {
        guard file.count >= 8 else {
            throw ModelError(path, "is cut off or not a safetensors file: it has \(file.count) bytes. Get it again.")
        }
        let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
        guard length <= UInt64(maximumByteCount) else {
            throw ModelError(
                path,
                "is not a safetensors file, or is damaged: its header would have \(length) bytes, "
                    + "and at most \(maximumByteCount) are accepted. Get it again.")
        }
        let end = 8 + Int(length)
        guard end <= file.count else {
            throw ModelError(
                path, "is cut off: its header ends at byte \(end), and the file has \(file.count). Get it again.")
        }
        guard length >= 2, file[8] == UInt8(ascii: "{") else {
            throw ModelError(path, "is not a safetensors file: its header does not start with '{'.")
        }
        return 8..<end
    }

    private static func metadata(_ scanner: inout SafetensorsScanner) throws -> [String: String] {
        var metadata: [String: String] = [:]
        try scanner.object { scanner, key in
            guard metadata.updateValue(try scanner.string(), forKey: key) == nil else {
                throw scanner.fault("the metadata has '\(key)' twice")
            }
        }
        return metadata
    }

    private static func tensor(
        _ name: String, _ scanner: inout SafetensorsScanner, dataStart: Int, path: String
    ) throws -> Tensor {
        func fault(_ reason: String) -> ModelError {
            ModelError(path, "the tensor '\(name)' \(reason). The file is damaged; get it again.")
        }
        var typeName: String?
        var dimensions: [Int]?
        var offsets: [Int]?
        try scanner.object { scanner, key in
            switch key {
            case "dtype" where typeName == nil: typeName = try scanner.string()
            case "shape" where dimensions == nil: dimensions = try scanner.naturals()
            case "data_offsets" where offsets == nil: offsets = try scanner.naturals()
            default: throw fault("has '\(key)' twice, or it is not known")
            }
        }
        guard let typeName, let dimensions, let offsets, offsets.count == 2 else {
            throw fault("lacks its dtype, shape or data_offsets")
        }
        guard let elementType = SafetensorsElementType(rawValue: typeName) else {
            throw ModelError(
                path,
                "the tensor '\(name)' has elements of the type '\(typeName)', which is not supported. "
                    + "Convert it to F32 or F16.")
        }
        let shape = Shape(dimensions)
        guard let byteCount = byteCount(of: dimensions, elementType) else {
            throw fault("has the absurd shape \(shape)")
        }
        guard offsets[1] - offsets[0] == byteCount else {  // neither is negative, so this cannot overflow
            throw fault(
                "has data_offsets \(offsets), which is not the \(byteCount) bytes of \(typeName) \(shape)")
        }
        let (end, overflows) = offsets[1].addingReportingOverflow(dataStart)
        guard !overflows else { throw fault("has data_offsets \(offsets), beyond any file") }
        return Tensor(name: name, elementType: elementType, shape: shape, range: offsets[0] + dataStart..<end)
    }

    /// The bytes of a tensor, or nil when no machine could hold them.
    private static func byteCount(of dimensions: [Int], _ elementType: SafetensorsElementType) -> Int? {
        // A zero makes the product zero whatever the others are, yet they must not pass for sizes that exist.
        var count = elementType.byteCount
        for dimension in dimensions where dimension != 0 {
            let (product, overflows) = count.multipliedReportingOverflow(by: dimension)
            if overflows { return nil }
            count = product
        }
        return dimensions.contains(0) ? 0 : count
    }

    private static func checkPlaces(
        _ tensors: [Tensor], dataStart: Int, fileByteCount: Int, path: String
    ) throws {
        var position = dataStart
        for (index, tensor) in tensors.enumerated() {
            if tensor.range.lowerBound < position {
                throw ModelError(
                    path,
                    "the tensors '\(tensors[max(0, index - 1)].name)' and '\(tensor.name)' overlap. "
                        + "The file is damaged; get it again.")
            }
            if tensor.range.lowerBound > position {
                throw ModelError(
                    path,
                    "\(tensor.range.lowerBound - position) bytes before the tensor '\(tensor.name)' belong to none. "
                        + "The file is damaged; get it again.")
            }
            position = tensor.range.upperBound
            if position > fileByteCount {
                throw ModelError(
                    path,
                    "is cut off: the tensor '\(tensor.name)' ends at byte \(position), and the file has "
                        + "\(fileByteCount). Get it again.")
            }
        }
        if position < fileByteCount {
            throw ModelError(
                path,
                "\(fileByteCount - position) bytes follow the last tensor and belong to none. "
                    + "The file is damaged; get it again.")
        }
    }
}
