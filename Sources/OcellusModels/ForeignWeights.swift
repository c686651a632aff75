import OcellusGraph
import OcellusNetworks

/// Weights that another program saved, as the weights of a network of this one.
///
/// The file is safetensors with torchvision's or timm's names of the tensors, `F32`, `F16` or `BF16`. Filters
/// `[out, in, height, width]` and matrices `[out, in]` are permuted once; the weights of a model that this program saved are as
/// they are. Counters (`num_batches_tracked`) are left out.
public struct ForeignWeights: Sendable {
    /// The network that the weights are of: without normalisation layers where the file has them folded into biases.
    public let network: Network
    /// The weights and states of its inference graph.
    public let weights: ModelWeights
    /// The number of classes that the file's head tells apart, where it was left out because the network has another
    /// number; the network's head then starts anew.
    public let replacedClasses: Int?

    /// Reads weights for a network.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - replacesHead: whether a head for another number of classes is left out, or an error.
    ///   - seed: what a new head is drawn from.
    /// - Throws: `ModelError` that names the tensors that are missing, of another shape, or not in the network.
    public init(_ path: String, for network: Network, replacesHead: Bool = false, seed: UInt64 = 0) throws {
        let file = try ForeignTensors(path, for: network)
        self.network = file.network(network)
        let graph = try self.network.inferenceGraph()
        let isOwn = file.isOwn
        let fit = try TensorFit(graph, file)
        replacedClasses = replacesHead ? fit.otherClasses : nil
        try fit.check(path, isHeadReplaced: replacedClasses != nil, network: network.name) {
            guard let other = try? Self.network(fitting: path), other.rawValue != network.name else { return "" }
            return " They are those of '\(other.rawValue)': --network \(other.rawValue)."
        }
        let left = replacedClasses == nil ? [] : fit.head
        let initial = ModelWeights(initialOf: graph, seed: seed)
        weights = ModelWeights(
            try graph.storedValues.map { id in
                let (name, shape) = (graph[id].name, graph[id].description.shape)
                if left.contains(name) {
                    return NamedTensor(name, shape, try initial.values(of: name))
                }
                let values = try file.floats(of: name)
                return NamedTensor(name, shape, isOwn ? values : shape.fromOutputFirst(values))
            })
    }

    /// How many classes the head of a file of weights tells apart; nil when the file has not the network's head.
    public static func classCount(_ path: String, for network: Network) throws -> Int? {
        let file = try ForeignTensors(path, for: network)
        let graph = try network.inferenceGraph()
        guard let head = graph.parameters.last.map({ graph[$0] }), file.contains(head.name) else { return nil }
        let shape = try file.shape(of: head.name)
        return shape.rank == 0 ? nil : shape[file.isOwn ? -1 : 0]
    }
}

/// How the tensors of a file fit a graph.
private struct TensorFit {
    /// A tensor of another shape.
    struct Misshaped {
        let name: String
        let found, wanted: Shape
        /// The output channels that the file has, where nothing else differs.
        let outputs: Int?
    }

    let missing: [String]
    let unknown: [String]
    let misshaped: [Misshaped]
    /// The parameters of the last layer that has any.
    let head: Set<String>

    init(_ graph: Graph, _ file: ForeignTensors) throws {
        let isOwn = file.isOwn
        let stored = graph.storedValues.map { graph[$0] }
        let expected = Set(stored.map(\.name))
        missing = stored.map(\.name).filter { !file.contains($0) }
        unknown = file.unknown(but: expected)
        misshaped = try stored.filter { file.contains($0.name) }.compactMap { value in
            let found = try file.shape(of: value.name)
            let wanted = isOwn ? value.description.shape : value.description.shape.outputFirst
            guard found.significant != wanted.significant else { return nil }
            let place = isOwn ? wanted.rank - 1 : 0
            let differsInOutputs =
                found.rank == wanted.rank && found.removing(place) == wanted.removing(place)
            return Misshaped(
                name: value.name, found: found, wanted: wanted, outputs: differsInOutputs ? found[place] : nil)
        }
        let prefix = stored.last.map { $0.name.split(separator: ".").dropLast().joined(separator: ".") + "." } ?? ""
        head = Set(stored.map(\.name).filter { $0.hasPrefix(prefix) })
    }

    /// The number of classes of the file's head, when that is all that does not fit.
    var otherClasses: Int? {
        guard let first = misshaped.first?.outputs,
            misshaped.allSatisfy({ head.contains($0.name) && $0.outputs == first })
        else { return nil }
        return first
    }

    /// - Parameter advice: what to do.
    /// - Throws: `ModelError` with all that does not fit.
    func check(_ path: String, isHeadReplaced: Bool, network: String, advice: () -> String) throws {
        let shapes = isHeadReplaced ? [] : misshaped
        let complaints = [
            ("missing: ", missing.map { "'\($0)'" }),
            ("of another shape: ", shapes.map { "'\($0.name)' is \($0.found) and should be \($0.wanted)" }),
            ("not in the network: ", unknown.map { "'\($0)'" }),
        ].filter { !$0.1.isEmpty }.map { "\($0.1.count) \($0.0)" + $0.1.shortList }
        guard !complaints.isEmpty else { return }
        throw ModelError(
            path,
            "the tensors do not fit the network '\(network)'. \(complaints.joined(separator: "; ")).\(advice())")
    }
}

extension Shape {
    /// The extents but for ones at the end: a matrix may be stored as a 1×1 filter, a scale a channel as `[C, 1, 1]`.
    fileprivate var significant: [Int] {
        Array(dimensions.prefix((dimensions.lastIndex { $0 != 1 } ?? -1) + 1))
    }

    fileprivate func removing(_ place: Int) -> [Int] {
        guard dimensions.indices.contains(place) else { return dimensions }
        var rest = dimensions
        rest.remove(at: place)
        return rest
    }
}

extension [String] {
    /// A few of many.
    var shortList: String {
        let shown = 8
        return prefix(shown).joined(separator: ", ") + (count > shown ? " and \(count - shown) more" : "")
    }
}
