import OcellusGraph
import OcellusNetworks

/// How the elements of filters and matrices lie in a file of weights.
public enum WeightsLayout: String, Sendable, CaseIterable {
    /// Filters `[out, in, height, width]`, matrices `[out, in]`: PyTorch's.
    case oihw
    /// Filters `[height, width, in, out]`, matrices `[in, out]`: a model's own.
    case hwio
}

extension Model {
    /// Writes the weights as a safetensors file of its own, or replaces one, in such a way that there is always the old file
    /// or the new one, whole.
    ///
    /// In `oihw` the tensors of a network with a name have torchvision's shapes too, so that PyTorch's `load_state_dict`
    /// takes them.
    /// - Throws: `ModelError` naming the file or what does not fit.
    public func exportWeights(to path: String, layout: WeightsLayout) throws {
        let graph = try network.inferenceGraph()
        let stored = graph.storedValues.map { graph[$0] }
        let named = NamedNetwork(rawValue: network.name)
        let shapes = Dictionary(stored.map { ($0.name, $0.description.shape) }) { first, _ in first }
        let tensors = stored.map { value in
            let shape = value.description.shape
            guard layout == .oihw else { return (name: value.name, shape: shape) }
            let theirs = named?.torchvisionShape(of: value.name, shape.outputFirst)
            // A network of another make may have the name, and other tensors.
            return (
                name: value.name,
                shape: theirs.flatMap { $0.count == shape.count ? $0 : nil } ?? shape.outputFirst
            )
        }
        // PyTorch's own files say so; a file in our layout says that it is ours, and is read back as it is.
        let format = layout == .hwio ? "ocellus" : "pt"
        try AtomicFile.write(to: path) { writer in
            try SafetensorsWriter.write(tensors, metadata: ["format": format], to: writer) { name in
                let values = try weights.values(of: name)
                return layout == .hwio ? values : shapes[name]?.toOutputFirst(values) ?? values
            }
        }
    }
}
