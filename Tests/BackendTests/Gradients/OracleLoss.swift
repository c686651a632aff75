import OcellusGraph

/// A graph with values for all that it does not compute, whose loss the oracle evaluates.
struct OracleLoss {
    private(set) var graph = Graph()
    /// Inputs and stored values.
    var values: [ValueID: OracleTensor] = [:]
    private(set) var loss: ValueID?
    let invocation: Invocation
    private var random = PhiloxSequence(seed: 11, purpose: .testing)

    init(samples: Int) {
        // A batch of more samples than are present, as when micro-batches make it up.
        invocation = Invocation(count: samples, batchCount: samples + 2, sampleOffset: 5, step: 3, seed: 42)
    }

    /// Adds an input or parameter with drawn content.
    mutating func add(_ name: String, _ input: TestInput) throws -> ValueID {
        let description = input.description
        let id =
            description.isBatched
            ? try graph.input(name, description.shape, description.elementType)
            : try graph.parameter(name, description.shape, .zeros)
        let content = input.content.values(for: description, samples: invocation.count, &random)
        values[id] = OracleTensor(description, samples: invocation.count, values: content.map(Double.init))
        return id
    }

    mutating func append(_ operation: any Operation, _ inputs: [ValueID]) throws -> ValueID {
        try graph.append(operation, inputs, layer: "\(operation.name) \(graph.nodes.count)")[0]
    }

    /// Ends in a loss of 3 classes that depends on every element of `value`.
    mutating func close(_ value: ValueID) throws {
        let flat = try append(Reshape.flatten, [value])
        let features = graph[flat].description.shape.count
        let weight = try add("head", TestInput(TensorDescription([features, 3], batched: false)))
        try closeWithLogits(append(Dense(hasBias: false), [flat, weight]), SoftmaxCrossEntropy())
    }

    /// Ends in a loss on logits.
    mutating func closeWithLogits(_ logits: ValueID, _ operation: SoftmaxCrossEntropy) throws {
        let targets = try add("targets", TestInput(graph[logits].description, .distribution))
        loss = try append(operation, [logits, targets])
    }

    /// The gradients of the loss by `targets`, as the graph's own backward operations give them.
    func gradients(by targets: [ValueID]) throws -> [ValueID: OracleTensor] {
        guard let loss else { throw GraphError("there is no loss yet") }
        var differentiated = graph
        let gradients = try differentiated.differentiate(loss, withRespectTo: targets)
        let computed = try run(differentiated, values)
        return gradients.compactMapValues { computed[$0] }
    }

    /// The same by central differences of the loss.
    func centralDifferences(by target: ValueID) throws -> [Double] {
        let step = 1e-5
        return try (values[target]?.values ?? []).indices.map { element in
            let losses = try [step, -step].map { change in
                var changed = values
                changed[target]?.values[element] += change
                return try value(changed)
            }
            return (losses[0] - losses[1]) / (2 * step)
        }
    }

    /// The mean loss over the whole batch, of which the samples present are a part.
    private func value(_ values: [ValueID: OracleTensor]) throws -> Double {
        guard let loss, let losses = try run(graph, values)[loss] else { throw GraphError("there is no loss yet") }
        return losses.values.reduce(0, +) / Double(invocation.batchCount)
    }

    private func run(_ graph: Graph, _ values: [ValueID: OracleTensor]) throws -> [ValueID: OracleTensor] {
        var oracle = OracleGraph(graph, stored: [:])
        return try oracle.run(values, invocation)
    }
}
