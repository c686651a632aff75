import FoundationEssentials
import Ocellus

/// An operation that has a form in ONNX.
protocol ONNXOperation: Operation {
    /// Appends the nodes that compute it, on activations in ONNX's layout: `[N, C, H, W]` or `[N, C]`.
    func write(_ node: Graph.Node, to writer: inout ONNXGraphWriter) throws
}

/// An ONNX graph while it is being made of one of ours.
struct ONNXGraphWriter {
    private(set) var message = ONNXGraph()
    let graph: Graph
    private let weights: ModelWeights
    /// What values are called in the file.
    private var names: [ValueID: String] = [:]
    private var usedNames: Set<String> = []

    init(_ graph: Graph, _ weights: ModelWeights) {
        self.graph = graph
        self.weights = weights
    }

    /// Appends one operation.
    /// - Throws: `ModelError` when it has no ONNX form.
    mutating func append(_ node: Graph.Node) throws {
        guard let operation = node.operation as? any ONNXOperation else {
            throw ModelError(
                "layer '\(node.layer)'", "its operation '\(node.operation.name)' has no ONNX form that ocellus knows.")
        }
        try operation.write(node, to: &self)
    }

    // MARK: Values

    /// The shape of one sample of a node's input, as we have it: `[H, W, C]` or `[C]`.
    func shape(_ node: Graph.Node, _ input: Int = 0) -> Shape { graph[node.inputs[input]].description.shape }

    /// What a node's input is called: an activation, or a weight as it is stored.
    mutating func name(_ node: Graph.Node, _ input: Int = 0) throws -> String {
        let id = node.inputs[input]
        if let name = names[id] { return name }
        let value = graph[id]
        let name = constant(value.name, value.description.shape, try weights.values(of: value.name))
        names[id] = name
        return name
    }

    /// The elements of a weight.
    func values(_ node: Graph.Node, _ input: Int) throws -> [Float] {
        try weights.values(of: graph[node.inputs[input]].name)
    }

    /// The name of a weight.
    func weightName(_ node: Graph.Node, _ input: Int) -> String { graph[node.inputs[input]].name }

    /// Says what a node's first output is called.
    mutating func setOutput(_ node: Graph.Node, _ name: String) { names[node.outputs[0]] = name }

    /// Adds a constant of floats.
    /// - Returns: its name.
    mutating func constant(_ name: String, _ shape: Shape, _ values: [Float]) -> String {
        let littleEndian = values.map(\.bitPattern.littleEndian)
        return constant(name, shape, .float, littleEndian.withUnsafeBytes { Data($0) })
    }

    /// Adds a constant list of integers.
    /// - Returns: its name.
    mutating func constant(_ name: String, _ values: [Int64]) -> String {
        constant(name, [values.count], .int64, values.map(\.littleEndian).withUnsafeBytes { Data($0) })
    }

    private mutating func constant(
        _ name: String, _ shape: Shape, _ type: ONNXTensor.ElementType, _ bytes: Data
    ) -> String {
        let name = unused(name)
        message.initializer.append(
            .with {
                $0.name = name
                $0.dims = shape.dimensions.map(Int64.init)
                $0.dataType = type
                $0.rawData = bytes
            })
        return name
    }

    private mutating func unused(_ name: String) -> String {
        var candidate = name
        var number = 1
        while !usedNames.insert(candidate).inserted {
            number += 1
            candidate = "\(name)_\(number)"
        }
        return candidate
    }

    // MARK: Nodes

    /// Appends one ONNX node.
    /// - Parameter output: what its result is called; nil for a name made of the layer's and the operator's.
    /// - Returns: what its result is called.
    @discardableResult
    mutating func node(
        _ type: String, _ inputs: [String], _ attributes: [String: ONNXAttribute.Value] = [:], layer: String,
        output: String? = nil
    ) -> String {
        let name = unused("\(layer)/\(type)")
        let result = output ?? unused("\(layer):\(type)")
        message.node.append(
            .with {
                $0.name = name
                $0.opType = type
                $0.input = inputs
                $0.output = [result]
                $0.attribute = attributes.sorted { $0.key < $1.key }.map { ONNXAttribute($0.key, $0.value) }
            })
        return result
    }

    /// Appends the node of an operation whose first output it gives.
    mutating func node(
        _ type: String, _ inputs: [String], _ attributes: [String: ONNXAttribute.Value] = [:], for node: Graph.Node,
        activation: ActivationFunction = .identity
    ) {
        let result = self.node(type, inputs, attributes, layer: node.layer)
        setOutput(node, append(activation, to: result, layer: node.layer))
    }

    // MARK: Ends

    /// Says what the graph takes, and appends the preprocessing if it is included.
    mutating func appendInput(_ preprocessing: Preprocessing, isIncluded: Bool) throws {
        guard let images = graph.inputs["images"] else { return }
        let shape = graph[images].description.shape
        let images4D = unused("images")
        names[images] = images4D
        guard isIncluded else {
            message.input = [ONNXValueInfo(images4D, .float, [shape[2], shape[0], shape[1]])]
            return
        }
        let layer = ONNXExport.preprocessingKey
        let pictures = unused("pictures")
        message.input = [ONNXValueInfo(pictures, .uint8, shape.dimensions)]
        var value = node("Cast", [pictures], ["to": .int(Int(ONNXTensor.ElementType.float.rawValue))], layer: layer)
        value = node("Transpose", [value], ["perm": .ints([0, 3, 1, 2])], layer: layer)
        if preprocessing.channelOrder == .bgr {
            value = node("Gather", [value, constant("\(layer)/channels", [2, 1, 0])], ["axis": .int(1)], layer: layer)
        }
        // (x · scale − mean) / σ as one product and one sum, their factors computed in Double.
        let deviations = preprocessing.standardDeviation
        let scales = deviations.map { Float(preprocessing.scale / $0) }
        let shifts = zip(preprocessing.mean, deviations).map { Float(-$0 / $1) }
        value = node("Mul", [value, constant("\(layer)/scale", [3, 1, 1], scales)], layer: layer)
        node("Add", [value, constant("\(layer)/shift", [3, 1, 1], shifts)], layer: layer, output: images4D)
    }

    /// Says what the graph gives.
    mutating func appendOutput() throws {
        guard let output = graph.outputs["probabilities"], let name = names[output] else { return }
        // The last node gives it; the name that users know it by is not one that a layer could have taken.
        let index = message.node.count - 1
        message.node[index].output = ["probabilities"]
        for place in message.node.indices {
            message.node[place].input = message.node[place].input.map { $0 == name ? "probabilities" : $0 }
        }
        message.output = [
            ONNXValueInfo("probabilities", .float, graph[output].description.shape.dimensions)
        ]
    }
}

extension ONNXValueInfo {
    /// A tensor with so many elements a sample of a batch of any size.
    init(_ name: String, _ type: ONNXTensor.ElementType, _ sample: [Int]) {
        self.init()
        self.name = name
        self.type.tensorType.elemType = type
        self.type.tensorType.shape.dim =
            [.with { $0.dimParam = "N" }] + sample.map { extent in .with { $0.dimValue = Int64(extent) } }
    }
}

extension ONNXAttribute {
    /// What an attribute of ours may hold.
    enum Value {
        case int(Int)
        case float(Float)
        case ints([Int])
    }

    init(_ name: String, _ value: Value) {
        self.init()
        self.name = name
        switch value {
        case .int(let number):
            type = .int
            i = Int64(number)
        case .float(let number):
            type = .float
            f = number
        case .ints(let numbers):
            type = .ints
            ints = numbers.map(Int64.init)
        }
    }
}
