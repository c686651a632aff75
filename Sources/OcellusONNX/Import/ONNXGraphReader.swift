import Ocellus

/// A network of ours while it is being made of an ONNX graph.
struct ONNXGraphReader {
    /// What the names so far stand for.
    var entries: [String: ONNXEntry] = [:]
    private(set) var layers: [any Layer] = []
    private(set) var tensors: [NamedTensor] = []
    /// The number of samples that the graph is fixed to, where it is.
    var fixedBatch: Int?

    private let initializers: [String: ONNXTensor]
    /// The places of the nodes that read a value.
    private let readers: [String: [Int]]
    private let nodes: [ONNXNode]
    /// Biases that were put into the product before: the place of the node that adds them.
    private var absorbed: Set<Int> = []

    private var builder = NetworkBuilder(isTraining: false)
    private var values: [String: ValueID] = [:]
    private var names: Set<String> = []
    /// How many layers wanted a name, so that the next one is found at once.
    private var numbers: [String: Int] = [:]
    /// How many elements the layers' tensors have, and how many they may have.
    private var elementCount = 0
    private let maximumElementCount: Int
    private var lastLayer = Self.input

    /// What the network's own input is called.
    static let input = "input"

    init(_ graph: ONNXGraph, nodes: [ONNXNode]) throws(ONNXFault) {
        self.nodes = nodes
        var initializers: [String: ONNXTensor] = [:]
        for tensor in graph.initializer where initializers.updateValue(tensor, forKey: tensor.name) != nil {
            throw ONNXFault("two constants are named '\(tensor.name.brief)'")
        }
        self.initializers = initializers
        let constants = graph.initializer + nodes.flatMap { $0.attribute.map(\.t) }
        maximumElementCount = constants.reduce(1 << 20) { $0 + 2 * $1.elementBound }
        var readers: [String: [Int]] = [:]
        for (place, node) in nodes.enumerated() {
            for input in Set(node.input) { readers[input, default: []].append(place) }
        }
        self.readers = readers
    }

    /// Says what the graph's input is: pictures of a shape `[height, width, 3]`.
    mutating func begin(_ name: String, _ picture: Shape) throws {
        values[Self.input] = try builder.graph.input("images", picture)
        names.insert(Self.input)
        entries[name] = .value(
            ONNXValue(
                layer: Self.input, sample: picture.dimensions, axes: [.batch, .sample(2), .sample(0), .sample(1)]))
    }

    // MARK: Names

    /// What a name stands for.
    /// - Throws: `ONNXFault` when no node before gives it.
    mutating func entry(_ name: String) throws(ONNXFault) -> ONNXEntry {
        if let entry = entries[name] { return entry }
        guard let tensor = initializers[name] else {
            throw ONNXFault(
                "it reads '\(name.brief)', which nothing before it gives (nodes in a circle, or not in order)")
        }
        // Kept, so that however many nodes read it, it is there once.
        let entry = ONNXEntry.constant(try ONNXConstant(tensor))
        entries[name] = entry
        return entry
    }

    /// A constant.
    mutating func constant(_ name: String) throws(ONNXFault) -> ONNXConstant {
        guard case .constant(let constant) = try entry(name) else {
            throw ONNXFault("its input '\(name.brief)' is computed, and only a constant is supported there")
        }
        return constant
    }

    /// What a layer gives, with a function perhaps.
    mutating func value(_ name: String) throws(ONNXFault) -> ONNXValue {
        guard case .value(let value) = try entry(name) else {
            throw ONNXFault("its input '\(name.brief)' does not depend on the picture, which is not supported there")
        }
        return value
    }

    /// What a layer gives; one is made for the function of a value that has one.
    mutating func result(_ name: String, of node: ONNXNode) throws -> ONNXValue {
        var value = try value(name)
        guard !value.function.isArgument else { return value }
        value = try append(value.function, to: value, node)
        entries[name] = .value(value)
        return value
    }

    /// The one reader of a value, if it has no other.
    func onlyReader(of name: String) -> (place: Int, node: ONNXNode)? {
        guard let places = readers[name], places.count == 1 else { return nil }
        return (places[0], nodes[places[0]])
    }

    /// Takes a node off: the product before it does its work.
    mutating func absorb(_ place: Int) { absorbed.insert(place) }

    func isAbsorbed(_ place: Int) -> Bool { absorbed.contains(place) }

    // MARK: Layers

    /// The name of a layer: that of its weight's tensor as far as it is one, else of the node.
    func layerName(_ node: ONNXNode, weight: String? = nil) -> String {
        if let weight, weight.hasSuffix(".weight"), !weight.contains(":"), weight.count < 200 {
            return String(weight.dropLast(".weight".count))
        }
        var parts = node.name.split(separator: "/").map(String.init)
        if parts.count > 1, parts.last?.hasPrefix(node.opType) == true { parts.removeLast() }
        // PyTorch's names repeat what is around a part: layer1/layer1.0/conv1.
        let kept = parts.indices.filter { $0 + 1 == parts.count || !parts[$0 + 1].hasPrefix(parts[$0] + ".") }
        let name = kept.map { parts[$0] }.joined(separator: ".")
        return name.isEmpty || name.count > 200 ? node.opType.lowercased().brief : name
    }

    /// Whether a layer has the name.
    func isTaken(_ name: String) -> Bool { names.contains(name) }

    /// Appends a layer.
    ///
    /// - Parameters:
    ///   - base: its name, if that is free.
    ///   - inputs: the layers whose results it takes.
    ///   - parameters: its tensors without the layer's name; under an empty name, the layer's own.
    /// - Returns: its name, and the shape of a sample of what it gives.
    mutating func append(
        _ base: String, on inputs: [String], parameters: [NamedTensor] = [], _ make: (_ name: String) -> any Layer
    ) throws -> (name: String, sample: [Int]) {
        elementCount += parameters.reduce(0) { $0 + $1.values.count }
        guard elementCount <= maximumElementCount else {
            throw ONNXFault(
                "its weights are those of other nodes too, and together they are far more than the file holds")
        }
        var name = base
        while !names.insert(name).inserted {
            numbers[base, default: 1] += 1
            name = "\(base)_\(numbers[base, default: 1])"
        }
        var layer = make(name)
        if inputs != [lastLayer] { layer = ConnectedLayer(layer, inputs: inputs) }
        guard let previous = values[lastLayer] else { throw ONNXFault("there is no input") }
        let id = try builder.append(layer, on: previous)
        values[name] = id
        lastLayer = name
        layers.append(layer)
        for tensor in parameters {
            tensors.append(
                NamedTensor(tensor.name.isEmpty ? name : "\(name).\(tensor.name)", tensor.shape, tensor.values))
        }
        return (name, builder.shape(of: id).dimensions)
    }

    /// Makes a layer's result the network's, which is what the last layer gives.
    mutating func finish(withLayer name: String) throws {
        guard name != lastLayer else { return }
        _ = try append("logits", on: [name]) { ActivationLayer(.identity, name: $0) }
    }
}

extension ONNXTensor {
    /// No fewer than the elements that it holds.
    fileprivate var elementBound: Int {
        rawData.count / 2 + floatData.count + doubleData.count + int32Data.count + int64Data.count
    }
}
