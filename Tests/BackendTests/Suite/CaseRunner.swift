import OcellusGraph

/// What a backend made of a case.
struct CaseResult {
    /// The outputs, `invocation.count` samples of each.
    var outputs: [OracleTensor]
    /// The inputs that the operation mutates, as they are afterwards, by index.
    var mutated: [Int: OracleTensor]

    /// Everything, bit for bit.
    var bits: [UInt64] {
        let tensors = outputs + mutated.sorted { $0.key < $1.key }.map(\.value)
        return tensors.flatMap { $0.values.map(\.bitPattern) }
    }
}

/// How a case's operands are laid out and declared.
enum OperandLayout: String, CaseIterable {
    /// A region for each.
    case separate
    /// Output and input share the region that the operation says they may.
    case inPlace
    /// Unbatched inputs are declared constant, so that the backend may pack them when it prepares the step.
    case constantWeights
}

/// Runs one case on a backend through its public face.
///
/// Every operand and the workspace starts as NaN, and has a margin of NaN before and behind: what a step does not write,
/// or reads where it must not, shows.
struct CaseRunner {
    let backend: any Backend
    let test: OperationCase
    let layout: OperandLayout
    /// Whether the device is a simulator: it finds bad accesses itself, so buffers end where operands do, and it is slow.
    let isSimulated: Bool
    /// Bytes before and behind each operand.
    let margin: Int

    private let inputs: [TensorDescription]
    private let outputs: [TensorDescription]

    init(_ backend: any Backend, _ test: OperationCase, _ layout: OperandLayout, isSimulated: Bool) throws {
        self.backend = backend
        self.test = test
        self.layout = layout
        self.isSimulated = isSimulated
        margin = isSimulated ? 0 : max(backend.device.alignment, 256)
        inputs = test.inputDescriptions
        outputs = try test.outputDescriptions()
    }

    /// Prepares the step and runs it.
    /// - Throws: what the backend throws, or `CaseFailure` where it left its bounds or its second run differs.
    func run() throws -> CaseResult {
        let values = test.inputValues()
        let inputRegions = try inputs.enumerated().map { try region(for: $1, "input \($0)") }
        let outputRegions = try outputs.enumerated().map { index, output in
            if layout == .inPlace, let shared = test.operation.inPlace, shared.output == index {
                inputRegions[shared.input]
            } else {
                try region(for: output, "output \(index)")
            }
        }
        let workspaceByteCount = backend.workspaceByteCount(
            for: test.operation, inputs: inputs, outputs: outputs, capacity: test.capacity)
        let workspace = workspaceByteCount > 0 ? try region(byteCount: workspaceByteCount, "workspace") : nil
        let fill = {
            for (region, (input, content)) in zip(inputRegions, zip(inputs, values)) {
                try write(bytes(of: content, as: input.elementType), to: region)
            }
        }
        try fill()
        let step = try backend.prepare(
            test.operation,
            OperationArguments(
                inputs: zip(inputs, inputRegions).map {
                    Operand($0, $1, isConstant: layout == .constantWeights && !$0.isBatched)
                },
                outputs: zip(outputs, outputRegions).map { Operand($0, $1) }, workspace: workspace,
                capacity: test.capacity, label: "test"))

        try backend.run([step], test.invocation)
        let first = try result(inputRegions, outputRegions)
        for region in inputRegions + outputRegions + [workspace].compactMap({ $0 }) { try checkMargins(region) }

        if isSimulated { return first }

        // Once more from the same start: the same bits must come.
        for region in outputRegions + [workspace].compactMap({ $0 }) { try poison(region) }
        try fill()
        try backend.run([step], test.invocation)
        guard try result(inputRegions, outputRegions).bits == first.bits else {
            throw CaseFailure("a second run on the same inputs gives other bits")
        }
        return first
    }

    private func region(for description: TensorDescription, _ label: String) throws -> BufferRegion {
        try region(byteCount: description.byteCount(samples: test.capacity), label)
    }

    private func region(byteCount: Int, _ label: String) throws -> BufferRegion {
        let buffer = try backend.makeBuffer(byteCount: byteCount + 2 * margin, label: label)
        let region = BufferRegion(buffer, byteOffset: margin, byteCount: byteCount)
        try poison(region)
        return region
    }

    /// Sets the region and its margins to NaN: every byte 0xFF.
    private func poison(_ region: BufferRegion) throws {
        let whole = BufferRegion(region.buffer, byteCount: region.buffer.byteCount)
        try write([UInt8](repeating: 0xFF, count: whole.byteCount), to: whole)
    }

    private func checkMargins(_ region: BufferRegion) throws {
        let all = try read(BufferRegion(region.buffer, byteCount: region.buffer.byteCount))
        let before = all[..<region.byteOffset]
        let behind = all[(region.byteOffset + region.byteCount)...]
        guard before.allSatisfy({ $0 == 0xFF }), behind.allSatisfy({ $0 == 0xFF }) else {
            throw CaseFailure("it wrote outside of an operand or of its workspace")
        }
    }

    private func result(_ inputRegions: [BufferRegion], _ outputRegions: [BufferRegion]) throws -> CaseResult {
        CaseResult(
            outputs: try zip(outputs, outputRegions).map(tensor),
            mutated: try test.operation.mutatedInputs.reduce(into: [:]) {
                $0[$1] = try tensor(inputs[$1], inputRegions[$1])
            })
    }

    private func tensor(_ description: TensorDescription, _ region: BufferRegion) throws -> OracleTensor {
        let count = description.count(samples: test.invocation.count)
        let bytes = try read(
            BufferRegion(
                region.buffer, byteOffset: region.byteOffset, byteCount: count * description.elementType.byteCount))
        return OracleTensor(
            description, samples: test.invocation.count, values: numbers(in: bytes, as: description.elementType))
    }

    private func write(_ bytes: [UInt8], to region: BufferRegion) throws {
        try bytes.withUnsafeBytes { try backend.write($0, to: region) }
    }

    private func read(_ region: BufferRegion) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: region.byteCount)
        try bytes.withUnsafeMutableBytes { try backend.read(region, into: $0) }
        return bytes
    }
}

/// A case that a backend got wrong, in words.
struct CaseFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
