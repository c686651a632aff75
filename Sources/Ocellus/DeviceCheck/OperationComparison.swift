import OcellusGraph
import OcellusOpenCL

/// Runs each operation of graphs on two backends from the same inputs, and compares what they give.
///
/// The inputs of an operation are what the reference computed before, so that an error shows where it is made, and content
/// is of the kind that the operation meets in use (places of maxima, variances, one-hot targets).
package struct OperationComparison {
    /// How an operation fared.
    package struct Result {
        /// How many shapes it was run on.
        package var shapes = 0
        /// The largest normalised squared error.
        package var worstError = 0.0
        /// What went wrong first, if anything did.
        package var failure: String?
    }

    /// The largest normalised squared error that rounding may make: of sums, and of what is stored or multiplied in fewer bits.
    static func tolerance(in precision: Precision) -> Double {
        switch precision {
        case .fp32: 1e-7
        case .fp16: 1e-6
        // Both factors of a product are rounded on the way, which the reference does not do.
        case .tf32: 5e-6
        case .bf16: 2e-5
        }
    }

    let candidate: any Backend
    let reference: any Backend
    /// The candidate with the tiles of large products, for operations that have tiles.
    private let largeTiles: (any Backend)?
    /// Results by the operation's name.
    package private(set) var results: [String: Result] = [:]

    package init(_ candidate: any Backend, against reference: any Backend) {
        self.candidate = candidate
        self.reference = reference
        largeTiles = (candidate as? OpenCLBackend).flatMap { $0.choices.families.isEmpty ? $0.withLargeTiles : nil }
    }

    /// Compares all operations of a graph on a batch that is not full.
    ///
    /// - Parameter inputs: the samples of each input.
    /// - Throws: what the reference throws; a failure of the candidate is a result.
    package mutating func run(_ graph: Graph, inputs: [String: [Float]], count: Int, isInference: Bool) throws {
        var graph = graph
        graph.removeUnused()
        graph.storeActivations(as: candidate.precision.storage, where: candidate.supports)
        let invocation = Invocation(
            count: count, lossScale: candidate.precision.wantsLossScaling ? 1024 : 1, step: 2, learningRate: 0.05,
            seed: 3)
        var values = try initialValues(graph, inputs)
        for node in graph.nodes {
            let operands = try node.inputs.map { id in
                guard let bytes = values[id] else { throw GraphError("'\(node.layer)' reads what nothing has written") }
                return bytes
            }
            guard !node.operation.isView else {
                values[node.outputs[0]] = operands[0]
                continue
            }
            let call = Call(graph, node, operands, invocation, isInference: isInference)
            let results = try node.operation is Convert ? operands : call.run(on: reference, as: .float32)
            let expected = zip(call.results, results).map { $0.rounded($1) }
            compare(call, expected)
            for (id, bytes) in zip(node.outputs + node.operation.mutatedInputs.map { node.inputs[$0] }, expected) {
                values[id] = bytes
            }
        }
    }

    private mutating func compare(_ call: Call, _ expected: [[UInt8]]) {
        let name = call.node.operation.name
        var result = results[name] ?? Result()
        result.shapes += 1
        let backends =
            [candidate] + (call.node.operation is any TunableOperation ? [largeTiles].compactMap(\.self) : [])
        do {
            for backend in backends {
                let actual = try call.run(on: backend, as: candidate.precision.storage)
                for (description, (actual, expected)) in zip(call.results, zip(actual, expected)) {
                    let error = description.elementType.error(of: actual, from: expected)
                    result.worstError = max(result.worstError, error)
                    if error > Self.tolerance(in: candidate.precision), result.failure == nil {
                        result.failure = "it computes wrongly (normalised squared error \(error)) on \(call)"
                    }
                }
            }
        } catch {
            if result.failure == nil { result.failure = "\(error)" }
        }
        results[name] = result
    }

    private func initialValues(_ graph: Graph, _ inputs: [String: [Float]]) throws -> [ValueID: [UInt8]] {
        let store = ParameterStore(backend: reference)
        try store.add(graph, seed: 1)
        var values: [ValueID: [UInt8]] = [:]
        for id in graph.storedValues where graph[id].description.elementType == .float32 {
            values[id] = bytes(try store.read(graph[id].name))
        }
        for (name, id) in graph.inputs {
            let numbers = inputs[name] ?? []
            values[id] =
                graph[id].description.elementType == .uint8 ? numbers.map { UInt8(clamping: Int($0)) } : bytes(numbers)
        }
        return values
    }

    private func bytes(_ values: [Float]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }
}

/// One operation on given operands.
private struct Call: CustomStringConvertible {
    let node: Graph.Node
    private let inputs, outputs: [TensorDescription]
    private let operands: [[UInt8]]
    private let invocation: Invocation
    private let isInference: Bool

    init(_ graph: Graph, _ node: Graph.Node, _ operands: [[UInt8]], _ invocation: Invocation, isInference: Bool) {
        self.node = node
        (inputs, outputs) = graph.descriptions(of: node)
        self.operands = operands
        self.invocation = invocation
        self.isInference = isInference
    }

    var description: String { "\(inputs.map { "\($0)" }.joined(separator: ", ")) of '\(node.layer)'" }

    /// What `run` gives: the outputs, then the inputs that change.
    var results: [TensorDescription] { outputs + node.operation.mutatedInputs.map { inputs[$0] } }

    /// The bytes of each result, floating-point numbers as `float32`. The reference runs all activations as those.
    func run(on backend: any Backend, as type: ElementType) throws -> [[UInt8]] {
        let inputs = inputs.map { type == .float32 ? $0.stored(as: .float32) : $0 }
        let outputs = outputs.map { type == .float32 ? $0.stored(as: .float32) : $0 }
        // Room for one sample more than there are.
        let placed = try PlacedOperation(
            node.operation, inputs: inputs, outputs: outputs, operands: zip(inputs, operands).map { $0.stored($1) },
            on: backend, capacity: invocation.count + 1, filling: .poison, isInference: isInference, label: node.layer)
        return try placed.withStep(preparedBy: backend) { step in
            try backend.run([step], invocation)
            return zip(placed.results, try placed.read(samples: invocation.count)).map { $0.widened($1) }
        }
    }
}

extension TensorDescription {
    /// Bytes of `float32` as the tensor is stored.
    func stored(_ bytes: [UInt8]) -> [UInt8] {
        elementType.isFloating ? elementType.bytes(of: ElementType.float32.floats(in: bytes)) : bytes
    }

    /// The other way round.
    func widened(_ bytes: [UInt8]) -> [UInt8] {
        elementType.isFloating ? ElementType.float32.bytes(of: elementType.floats(in: bytes)) : bytes
    }

    /// Bytes of `float32`, each number as what it is when it was stored.
    func rounded(_ bytes: [UInt8]) -> [UInt8] { widened(stored(bytes)) }
}

extension ElementType {
    /// How far numbers are from those expected: for floats the squared error over the squared magnitude; for places of
    /// maxima nothing, if so few differ that rounding can have made equals of others.
    func error(of actual: [UInt8], from expected: [UInt8]) -> Double {
        guard actual.count == expected.count else { return .infinity }
        guard isFloating else {
            let different = zip(actual, expected).count { $0 != $1 }
            return different * 1000 <= expected.count ? 0 : .infinity
        }
        var difference = 0.0
        var magnitude = 0.0
        actual.withUnsafeBytes { actual in
            expected.withUnsafeBytes { expected in
                for (value, other) in zip(actual.bindMemory(to: Float.self), expected.bindMemory(to: Float.self)) {
                    difference += Double(value - other) * Double(value - other)
                    magnitude += Double(other) * Double(other)
                }
            }
        }
        let error = difference / max(magnitude, 1e-12)
        return error.isNaN ? .infinity : error
    }
}
