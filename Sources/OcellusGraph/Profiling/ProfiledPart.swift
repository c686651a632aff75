/// Something whose time a `Profiler` keeps: an operation of a plan, or a section of the host's work.
public struct ProfiledPart: Sendable {
    /// The layer that an operation belongs to, or the section's name.
    public let layer: String
    /// The kind of operation, as `convolution`; `host` for a section.
    public let operation: String
    /// How it is computed, as the backend chose; empty where there is no choice.
    public let algorithm: String
    /// The shapes of one sample, as `112×112×32 · 3×3×32×64 → 112×112×64`: the first input, the weights, the output.
    public let shape: String
    /// What a sample costs, and what it costs whatever the number of samples.
    private let perSample, fixed: Cost

    /// Where it happens.
    public let place: Place

    /// Where something happens: each is a row of a trace.
    public enum Place: Sendable, Equatable {
        /// The thread that runs plans.
        case host
        /// The device.
        case device
        /// The way from the host's memory to the device's.
        case upload
        /// A thread that prepares pictures.
        case loader(Int)
    }

    /// A section of work that is no operation.
    init(section name: String, _ place: Place = .host) {
        layer = name
        self.place = place
        operation =
            switch place {
            case .host, .device: "host"
            case .upload: "upload"
            case .loader: "loader"
            }
        algorithm = ""
        shape = ""
        perSample = Cost(flops: 0, bytes: 0)
        fixed = perSample
    }

    /// An input's way to the device.
    init(uploadOf input: Graph.Value) { self.init(section: input.name, .upload) }

    /// An operation of a graph as `step` computes it.
    init(_ node: Graph.Node, of graph: Graph, _ step: any PreparedStep) {
        let (inputs, outputs) = graph.descriptions(of: node)
        layer = node.layer
        place = .device
        operation = node.operation.name
        algorithm = step.algorithm
        shape = Self.shape(inputs, outputs)
        // A cost is linear in the samples.
        let one = node.operation.cost(inputs: inputs, outputs: outputs, samples: 1)
        let two = node.operation.cost(inputs: inputs, outputs: outputs, samples: 2)
        perSample = Cost(flops: two.flops - one.flops, bytes: two.bytes - one.bytes)
        fixed = Cost(flops: one.flops - perSample.flops, bytes: one.bytes - perSample.bytes)
    }

    /// What it costs at `samples` samples.
    public func cost(samples: Int) -> Cost {
        Cost(flops: fixed.flops + samples * perSample.flops, bytes: fixed.bytes + samples * perSample.bytes)
    }

    private static func shape(_ inputs: [TensorDescription], _ outputs: [TensorDescription]) -> String {
        func text(_ tensor: TensorDescription) -> String {
            tensor.shape.dimensions.map(String.init).joined(separator: "×")
        }
        var result = inputs.first.map(text) ?? ""
        if inputs.count > 1, !inputs[1].isBatched, inputs[1].shape.rank > 1, inputs[0].isBatched {
            result += " · " + text(inputs[1])
        }
        if let output = outputs.first { result += " → " + text(output) }
        return result
    }
}
