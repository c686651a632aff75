import OcellusGraph

/// One operation with memory for its operands on a backend.
struct PlacedOperation {
    /// What is behind the samples that are given, up to the capacity.
    enum Filling {
        /// Numbers that are none: a kernel that goes by the capacity is found out.
        case poison
        /// The same samples, over and over.
        case repetition
    }

    let operation: any Operation
    let inputs: [TensorDescription]
    let outputs: [TensorDescription]
    let capacity: Int
    private let label: String
    private let isInference: Bool
    private let backend: any Backend
    private let inputRegions: [BufferRegion]
    private let outputRegions: [BufferRegion]

    /// Reserves memory, and writes the operands.
    /// - Parameter operands: the bytes of each input, as many samples as there are.
    init(
        _ operation: any Operation, inputs: [TensorDescription], outputs: [TensorDescription], operands: [[UInt8]],
        on backend: any Backend, capacity: Int, filling: Filling, isInference: Bool, label: String
    ) throws {
        self.operation = operation
        self.inputs = inputs
        self.outputs = outputs
        self.capacity = capacity
        self.label = label
        self.isInference = isInference
        self.backend = backend
        inputRegions = try zip(inputs, operands).map { description, bytes in
            let region = try Self.region(description.byteCount(samples: capacity), on: backend, label)
            try bytes.withUnsafeBytes { bytes in
                var offset = 0
                repeat {
                    let count = min(bytes.count, region.byteCount - offset)
                    try backend.write(
                        UnsafeRawBufferPointer(rebasing: bytes[0..<count]),
                        to: BufferRegion(region.buffer, byteOffset: offset, byteCount: count))
                    offset += count
                } while filling == .repetition && offset < region.byteCount && !bytes.isEmpty
            }
            return region
        }
        outputRegions = try outputs.map {
            try Self.region($0.byteCount(samples: capacity), on: backend, label)
        }
    }

    /// What `results` gives: the outputs, then the inputs that change.
    var results: [TensorDescription] { outputs + operation.mutatedInputs.map { inputs[$0] } }

    /// Has `backend`, which may be another with the same memory, prepare the operation, and hands the step to `body`.
    func withStep<Result>(
        preparedBy backend: any Backend, _ body: (any PreparedStep) throws -> Result
    ) throws -> Result {
        guard backend.supports(operation, inputs: inputs, outputs: outputs) else {
            throw BackendError("it has no kernel for \(self)")
        }
        let workspaceByteCount = backend.workspaceByteCount(
            for: operation, inputs: inputs, outputs: outputs, capacity: capacity)
        let workspace = workspaceByteCount > 0 ? try Self.region(workspaceByteCount, on: backend, label) : nil
        let step = try backend.prepare(
            operation,
            OperationArguments(
                inputs: zip(inputs, inputRegions).map {
                    Operand($0, $1, isConstant: isInference && !$0.isBatched)
                },
                outputs: zip(outputs, outputRegions).map { Operand($0, $1) },
                workspace: workspace, capacity: capacity, label: label))
        // A step may hold mere pointers into its operands.
        return try withExtendedLifetime((inputRegions, outputRegions, workspace)) { try body(step) }
    }

    /// The bytes of each result, from one sample on.
    func read(samples: Int, from first: Int = 0) throws -> [[UInt8]] {
        let regions = outputRegions + operation.mutatedInputs.map { inputRegions[$0] }
        return try zip(results, regions).map { description, region in
            var bytes = [UInt8](repeating: 0, count: description.byteCount(samples: samples))
            let offset = description.isBatched ? description.byteCount(samples: first) : 0
            let part = BufferRegion(region.buffer, byteOffset: offset, byteCount: bytes.count)
            try bytes.withUnsafeMutableBytes { try backend.read(part, into: $0) }
            return bytes
        }
    }

    /// Sets the outputs to numbers that are none.
    func poisonOutputs() throws { for region in outputRegions { try Self.poison(region, on: backend) } }

    /// Memory in which every number is none, so that what is not written shows.
    private static func region(_ byteCount: Int, on backend: any Backend, _ label: String) throws -> BufferRegion {
        let region = BufferRegion(
            try backend.makeBuffer(byteCount: max(byteCount, 4), label: label), byteCount: max(byteCount, 4))
        try poison(region, on: backend)
        return region
    }

    private static func poison(_ region: BufferRegion, on backend: any Backend) throws {
        try [UInt8](repeating: 0xFF, count: region.byteCount).withUnsafeBytes { try backend.write($0, to: region) }
    }
}

extension PlacedOperation: CustomStringConvertible {
    /// As `[N, 28, 28, 64], [3, 3, 64, 64] of 'conv2'`.
    var description: String { "\(inputs.map { "\($0)" }.joined(separator: ", ")) of '\(label)'" }
}
