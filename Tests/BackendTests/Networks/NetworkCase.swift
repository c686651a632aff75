import OcellusGraph
import Testing

/// A small network with an optimiser: pictures in, a loss at the end.
struct NetworkCase: CustomTestStringConvertible, Sendable {
    let name: String
    let inputShape: Shape
    let learningRate: Float
    /// Appends the update of one parameter: weight and gradient, and states made with the builder.
    let update: @Sendable (inout NetworkBuilder, _ parameter: ValueID, _ gradient: ValueID) throws -> Void
    /// Appends the layers, from the pictures to 3 logits.
    let body: @Sendable (inout NetworkBuilder, ValueID) throws -> ValueID

    static let classes = 3

    var testDescription: String { name }

    /// The forward graph with its loss.
    func forward() throws -> (builder: NetworkBuilder, loss: ValueID) {
        var builder = NetworkBuilder()
        let images = try builder.graph.input("images", inputShape)
        let logits = try body(&builder, images)
        let targets = try builder.graph.input("targets", [Self.classes])
        let loss = try builder.graph.append(
            SoftmaxCrossEntropy(labelSmoothing: 0.1), [logits, targets], layer: "loss")[0]
        builder.graph.output("loss", loss)
        return (builder, loss)
    }

    /// The whole training step. Gradients are outputs, named as their parameters.
    /// - Parameter supports: what may be fused, or nil for a graph as it is defined.
    func training(
        fusingWhere supports: ((any Operation, [TensorDescription], [TensorDescription]) -> Bool)? = nil
    ) throws -> Graph {
        var (builder, loss) = try forward()
        if let supports { builder.graph.fuse(where: supports) }
        let parameters = builder.graph.parameters
        let gradients = try builder.graph.differentiate(loss, withRespectTo: parameters)
        for parameter in parameters {
            let gradient = try #require(gradients[parameter])
            builder.graph.output(builder.graph[parameter].name, gradient)
            try update(&builder, parameter, gradient)
        }
        return builder.graph
    }
}

/// Layers by name on a graph.
struct NetworkBuilder {
    var graph = Graph()
    private var dropouts = 0

    mutating func convolution(
        _ name: String, _ x: ValueID, _ outputs: Int, _ window: Window, groups: Int = 1, hasBias: Bool = false
    ) throws -> ValueID {
        let channels = graph[x].description.shape[-1] / groups
        let fanIn = window.count * channels
        let filter = try graph.parameter(
            "\(name)/filter", [window.height, window.width, channels, outputs], .heNormal(fanIn: fanIn))
        let bias = hasBias ? [try graph.parameter("\(name)/bias", [outputs], .uniform(limit: 0.1))] : []
        return try graph.append(
            Convolution(window, groups: groups, hasBias: hasBias), [x, filter] + bias, layer: name)[0]
    }

    mutating func dense(_ name: String, _ x: ValueID, _ outputs: Int) throws -> ValueID {
        let inputs = graph[x].description.shape[-1]
        let weight = try graph.parameter(
            "\(name)/weight", [inputs, outputs], .glorotUniform(fanIn: inputs, fanOut: outputs))
        let bias = try graph.parameter("\(name)/bias", [outputs], .uniform(limit: 0.1))
        return try graph.append(Dense(), [x, weight, bias], layer: name)[0]
    }

    mutating func batchNormalization(_ name: String, _ x: ValueID) throws -> ValueID {
        let channels = graph[x].description.shape[-1]
        let inputs = [
            x, try graph.parameter("\(name)/scale", [channels], .ones),
            try graph.parameter("\(name)/shift", [channels], .zeros),
            try graph.state("\(name)/mean", [channels], .zeros),
            try graph.state("\(name)/variance", [channels], .ones),
        ]
        return try graph.append(BatchNormalization(momentum: 0.9), inputs, layer: name)[0]
    }

    mutating func activation(_ x: ValueID, _ function: ActivationFunction = .relu) throws -> ValueID {
        try layer(Activation(function), [x])
    }

    mutating func dropout(_ x: ValueID, rate: Float) throws -> ValueID {
        dropouts += 1
        return try layer(Dropout(rate: rate, layer: dropouts), [x])
    }

    mutating func layer(_ operation: any Operation, _ inputs: [ValueID]) throws -> ValueID {
        try graph.append(operation, inputs, layer: "\(operation.name) \(graph.nodes.count)")[0]
    }

    mutating func adam(_ operation: AdamUpdate, _ parameter: ValueID, _ gradient: ValueID) throws {
        let value = graph[parameter]
        let moments = try ["first", "second"].map {
            try graph.state("\(value.name)/\($0) moment", value.description.shape, .zeros)
        }
        try graph.append(operation, [parameter, gradient] + moments, layer: value.name, phase: .update)
    }

    mutating func sgd(_ operation: SGDUpdate, _ parameter: ValueID, _ gradient: ValueID) throws {
        let value = graph[parameter]
        let velocity = try graph.state("\(value.name)/velocity", value.description.shape, .zeros)
        try graph.append(operation, [parameter, gradient, velocity], layer: value.name, phase: .update)
    }
}
