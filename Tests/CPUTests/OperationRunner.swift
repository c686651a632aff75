import OcellusCPU
import OcellusGraph

/// Runs one operation on arrays, through the `Backend` protocol.
struct OperationRunner {
    let backend: CPUBackend

    /// The outputs, of `capacity` samples, for `inputs`; floats and bytes alike as floats. Poisoned with NaN before.
    func run(
        _ operation: any Operation, _ inputs: [(TensorDescription, [Float])], count: Int, capacity: Int? = nil,
        isConstant: Bool = false, invocation: Invocation? = nil
    ) throws -> [[Float]] {
        let capacity = capacity ?? count
        let descriptions = inputs.map(\.0)
        let outputs = try operation.outputs(for: descriptions)
        let operands = try inputs.map { description, values in
            Operand(description, try region(description, capacity, holding: values), isConstant: isConstant)
        }
        let results = try outputs.map { Operand($0, try region($0, capacity, holding: nil)) }
        let workspaceCount = backend.workspaceByteCount(
            for: operation, inputs: descriptions, outputs: outputs, capacity: capacity)
        let workspace = TensorDescription([(workspaceCount + 3) / 4], batched: false)
        let arguments = OperationArguments(
            inputs: operands, outputs: results,
            workspace: workspaceCount == 0 ? nil : try region(workspace, 1, holding: nil), capacity: capacity,
            label: "test")
        let step = try backend.prepare(operation, arguments)
        try backend.run([step], invocation ?? Invocation(count: count))
        return try results.map { try values($0, count) }
    }

    private func region(
        _ description: TensorDescription, _ capacity: Int, holding values: [Float]?
    ) throws -> BufferRegion {
        let byteCount = description.byteCount(samples: capacity)
        let region = BufferRegion(try backend.makeBuffer(byteCount: byteCount, label: "test"), byteCount: byteCount)
        let count = description.count(samples: capacity)
        if description.elementType == .uint8 {
            let bytes = values?.map { UInt8($0) } ?? [UInt8](repeating: 255, count: count)
            try bytes.withUnsafeBytes { try backend.write($0, to: region) }
        } else {
            let floats = values ?? [Float](repeating: .nan, count: count)
            try floats.withUnsafeBytes { try backend.write($0, to: region) }
        }
        return region
    }

    private func values(_ operand: Operand, _ count: Int) throws -> [Float] {
        let elements = operand.description.count(samples: count)
        if operand.description.elementType == .uint8 {
            var bytes = [UInt8](repeating: 0, count: elements)
            try bytes.withUnsafeMutableBytes { try backend.read(operand.region, into: $0) }
            return bytes.map(Float.init)
        }
        var floats = [Float](repeating: 0, count: elements)
        try floats.withUnsafeMutableBytes { try backend.read(operand.region, into: $0) }
        return floats
    }
}

/// Numbers in -1 ..< 1 that a seed decides.
func randomValues(_ count: Int, seed: UInt64) -> [Float] {
    var sequence = PhiloxSequence(seed: seed, purpose: Philox.Purpose(rawValue: 99))
    return (0..<count).map { _ in sequence.nextUniform(in: -1...1) }
}

/// Σ (a − b)² / Σ b², 0 for equal arrays, infinite for arrays of different length or with NaN.
func normalizedError(_ actual: [Float], _ expected: [Double]) -> Double {
    guard actual.count == expected.count else { return .infinity }
    var difference = 0.0
    var norm = 0.0
    for (a, b) in zip(actual, expected) {
        difference += (Double(a) - b) * (Double(a) - b)
        norm += b * b
    }
    if difference == 0 { return 0 }
    return difference.isNaN ? .infinity : difference / norm
}
