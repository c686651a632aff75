import OcellusNetworks

extension ForeignWeights {
    /// The network with a name whose tensors nearly all of a file's are, whatever its number of classes; nil when there is
    /// none.
    ///
    /// - Throws: `ModelError` when the file is not safetensors.
    public static func network(fitting path: String) throws -> NamedNetwork? {
        let scores = try NamedNetwork.allCases.map { named in
            let file = try ForeignTensors(path, for: named.network())
            let graph = try file.network(named.network()).inferenceGraph()
            let stored = graph.storedValues.map { graph[$0] }
            let fitting = try stored.count { value in
                try file.contains(value.name) && file.shape(of: value.name).count == value.description.shape.count
            }
            let unknown = file.unknown(but: Set(stored.map(\.name))).count
            return (network: named, score: Double(fitting) / Double(stored.count + unknown))
        }
        // A head for other classes is two tensors of some hundred that do not fit.
        return scores.filter { $0.score > 0.9 }.max { $0.score < $1.score }?.network
    }
}
