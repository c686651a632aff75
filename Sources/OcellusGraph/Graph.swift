/// A tensor of a graph.
public struct ValueID: Hashable, Sendable {
    /// Its place in `Graph.values`.
    public let index: Int
}

/// What a value is to a graph.
public enum ValueKind: Sendable, Equatable {
    /// Written by the host before each run.
    case input
    /// Weights, kept in a `ParameterStore`, changed by training.
    case parameter(Initializer)
    /// Kept in a `ParameterStore` beside the weights: batch-norm statistics, optimiser moments.
    case state(Initializer)
    /// The sum of a parameter's gradients over the runs that make up one training step. Kept in a `ParameterStore`, but
    /// worth nothing after the step: no part of checkpoints.
    case gradient
    /// Computed in each run, in the arena.
    case activation
}

/// Which part of a training step an operation belongs to.
public enum Phase: Int, Sendable, Comparable, CaseIterable {
    /// From what the host writes to the network's input. It alone reads that, so that the next may be written while the
    /// other phases run.
    case prepare
    /// From the inputs to the outputs and the loss.
    case forward
    /// From the loss to the gradients.
    case backward
    /// From the gradients of all runs of a step to what the host decides by, whether weights change at all.
    case check
    /// From the gradients to new weights.
    case update

    /// In the order in which they run.
    public static func < (left: Phase, right: Phase) -> Bool { left.rawValue < right.rawValue }
}

/// A network as operations on values, in the order in which they run. It is only a description: nothing is allocated.
public struct Graph: Sendable {
    /// One tensor.
    public struct Value: Sendable {
        /// Its name: a parameter's is unique and is its name in model files.
        public let name: String
        /// Shape and element type.
        public let description: TensorDescription
        /// What it is to the graph.
        public let kind: ValueKind
    }

    /// One operation on values.
    public struct Node: Sendable {
        /// What is computed.
        public let operation: any Operation
        /// The operation's inputs in order.
        public let inputs: [ValueID]
        /// The operation's outputs in order.
        public let outputs: [ValueID]
        /// The layer that it belongs to, for errors and profiles.
        public let layer: String
        /// When it runs.
        public let phase: Phase
    }

    /// All values, in the order in which they were made.
    public private(set) var values: [Value] = []
    /// All operations, in the order in which they run.
    public private(set) var nodes: [Node] = []
    /// Values that the host reads, by name; their memory is kept until the run ends.
    public private(set) var outputs: [String: ValueID] = [:]
    /// Inputs by name.
    public private(set) var inputs: [String: ValueID] = [:]
    /// Parameters, states and sums of gradients by name.
    public private(set) var stored: [String: ValueID] = [:]

    /// An empty graph.
    public init() {}

    /// The value with an identity.
    public subscript(_ id: ValueID) -> Value { values[id.index] }

    /// Parameters in the order in which they were made.
    public var parameters: [ValueID] {
        values.indices.compactMap { index in
            if case .parameter = values[index].kind { ValueID(index: index) } else { nil }
        }
    }

    /// Parameters, states and sums of gradients in the order in which they were made.
    public var storedValues: [ValueID] {
        values.indices.compactMap { index in
            switch values[index].kind {
            case .parameter, .state, .gradient: ValueID(index: index)
            case .input, .activation: nil
            }
        }
    }

    /// Adds an input that the host writes before each run: one `shape` a sample.
    /// - Throws: `GraphError` when the shape is beyond all sense.
    public mutating func input(
        _ name: String, _ shape: Shape, _ elementType: ElementType = .float32
    ) throws -> ValueID {
        let description = TensorDescription(shape, batched: true, elementType)
        let id = try add(Value(name: name, description: description, kind: .input))
        inputs[name] = id
        return id
    }

    /// Adds weights.
    /// - Throws: `GraphError` when the name is taken.
    public mutating func parameter(_ name: String, _ shape: Shape, _ initializer: Initializer) throws -> ValueID {
        try store(name, shape, .parameter(initializer))
    }

    /// Adds a state: what is kept from step to step but is no weight.
    /// - Throws: `GraphError` when the name is taken.
    public mutating func state(_ name: String, _ shape: Shape, _ initializer: Initializer) throws -> ValueID {
        try store(name, shape, .state(initializer))
    }

    /// Adds the sum of a parameter's gradients over the runs of a step, under the name `gradient/` and the parameter's.
    /// - Throws: `GraphError` when the parameter has one already.
    public mutating func gradientSum(of parameter: ValueID) throws -> ValueID {
        try store("gradient/" + self[parameter].name, self[parameter].description.shape, .gradient)
    }

    /// Adds an operation after all others.
    /// - Returns: its outputs.
    /// - Throws: `GraphError`, naming the layer and the shapes, when the inputs do not fit.
    @discardableResult
    public mutating func append(
        _ operation: any Operation, _ inputs: [ValueID], layer: String, phase: Phase = .forward
    ) throws -> [ValueID] {
        let descriptions: [TensorDescription]
        do {
            descriptions = try operation.outputs(for: inputs.map { self[$0].description })
        } catch {
            throw GraphError("layer '\(layer)' (\(operation.name)): \(error.reason)")
        }
        let outputs = try descriptions.enumerated().map { index, description in
            try add(
                Value(
                    name: descriptions.count == 1 ? layer : "\(layer):\(index)", description: description,
                    kind: .activation))
        }
        nodes.append(Node(operation: operation, inputs: inputs, outputs: outputs, layer: layer, phase: phase))
        return outputs
    }

    /// Has an input computed by an operation, before all others, in place of being written by the host.
    /// - Throws: `GraphError` when there is no such input, or the operation does not give such a tensor.
    mutating func compute(_ name: String, by operation: any Operation, from sources: [ValueID], phase: Phase) throws {
        guard let id = inputs[name] else { throw GraphError("there is no input '\(name)'") }
        let result: [TensorDescription]
        do {
            result = try operation.outputs(for: sources.map { self[$0].description })
        } catch {
            throw GraphError("layer '\(name)' (\(operation.name)): \(error.reason)")
        }
        guard result == [self[id].description] else {
            throw GraphError("'\(name)' is \(self[id].description), and \(operation.name) gives \(result)")
        }
        inputs[name] = nil
        values[id.index] = Value(name: name, description: self[id].description, kind: .activation)
        nodes.insert(
            Node(operation: operation, inputs: sources, outputs: [id], layer: name, phase: phase), at: 0)
    }

    /// Marks a value as one that the host reads after a run.
    public mutating func output(_ name: String, _ id: ValueID) { outputs[name] = id }

    /// Inputs and outputs of a node as described.
    public func descriptions(of node: Node) -> (inputs: [TensorDescription], outputs: [TensorDescription]) {
        (node.inputs.map { self[$0].description }, node.outputs.map { self[$0].description })
    }

    /// The work of a whole run at a batch of `samples`, in the phases given.
    public func cost(samples: Int, phases: ClosedRange<Phase> = .prepare ... .update) -> Cost {
        nodes.reduce(into: Cost(flops: 0, bytes: 0)) { total, node in
            guard phases.contains(node.phase) else { return }
            let (inputs, outputs) = descriptions(of: node)
            let cost = node.operation.cost(inputs: inputs, outputs: outputs, samples: samples)
            total.flops += cost.flops
            total.bytes += cost.bytes
        }
    }

    private mutating func store(_ name: String, _ shape: Shape, _ kind: ValueKind) throws -> ValueID {
        guard stored[name] == nil else { throw GraphError("two parameters are named '\(name)'") }
        let id = try add(Value(name: name, description: TensorDescription(shape, batched: false), kind: kind))
        stored[name] = id
        return id
    }

    /// Shapes may come from a file, so that their products are checked before anyone multiplies them.
    private mutating func add(_ value: Value) throws -> ValueID {
        guard value.description.shape.isSensible else {
            throw GraphError(
                "'\(value.name)' would be \(value.description): extents are 1 or more, and elements below 2³⁶")
        }
        values.append(value)
        return ValueID(index: values.count - 1)
    }

    /// Gives a parameter or state another name, as one whose content a pass changes needs.
    /// - Returns: the name.
    mutating func rename(_ id: ValueID, to name: String) -> String {
        stored[values[id.index].name] = nil
        values[id.index] = Value(name: name, description: values[id.index].description, kind: values[id.index].kind)
        stored[name] = id
        return name
    }

    /// Has a value stored in another type.
    mutating func setElementType(of id: ValueID, to elementType: ElementType) {
        var description = values[id.index].description
        description.elementType = elementType
        values[id.index] = Value(name: values[id.index].name, description: description, kind: values[id.index].kind)
    }

    /// Adds an activation that is like another one, but stored in another type; a node that computes it is to follow.
    mutating func likeness(of id: ValueID, as elementType: ElementType) -> ValueID {
        values.append(Value(name: values[id.index].name, description: values[id.index].description, kind: .activation))
        let made = ValueID(index: values.count - 1)
        setElementType(of: made, to: elementType)
        return made
    }

    /// Puts other nodes in place of all nodes: for passes that rewrite the graph, which must keep every value that is
    /// still used.
    package mutating func replaceNodes(_ nodes: [Node]) { self.nodes = nodes }
}

/// A network that cannot be built, in words that name the layer.
public struct GraphError: Error, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let description: String

    /// An error in words.
    public init(_ description: String) { self.description = description }
}
