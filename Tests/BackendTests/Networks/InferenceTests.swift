import OcellusGraph
import Testing

extension BackendSuite {
    /// The device runs the graph with batch normalisation folded and all else fused; the oracle runs it as it is defined.
    @Suite("Inference graphs, folded and fused, agree with the oracle") @DeviceActor struct InferenceTests {
        @Test(arguments: TestedDevice.all.filter { !$0.isSimulated })
        func `A network of residual blocks`(_ device: TestedDevice) throws {
            let backend = try device.backend()
            let (graph, stored) = try Self.network()
            var random = PhiloxSequence(seed: 5, purpose: .testing)
            let images = (0..<2 * 12 * 11 * 3).map { _ in random.nextUniform(in: -1...1) }

            var prepared = graph
            let folded = try prepared.foldScales { try #require(stored[$0]) }
            prepared.fuse(where: backend.supports)
            #expect(folded.count == 2 * 6)
            // One normalisation has nothing before it.
            #expect(prepared.nodes.filter { $0.operation is BatchNormalizationInference }.count == 1)
            #expect(!prepared.nodes.contains { $0.operation is Activation })
            let store = ParameterStore(backend: backend)
            try store.add(prepared, seed: 0)
            for name in store.names { try store.write(#require(folded[name] ?? stored[name]), to: name) }
            let plan = try Plan(prepared, capacity: 3, parameters: store, parametersAreConstant: true)
            try plan.write(images, toInput: "images")
            try plan.run(Invocation(count: 2))

            var oracle = OracleGraph(
                graph,
                stored: try graph.stored.reduce(into: [:]) { values, entry in
                    values[entry.value] = OracleTensor(
                        graph[entry.value].description, samples: 1,
                        values: try #require(stored[entry.key]).map(Double.init))
                })
            let input = try #require(graph.inputs["images"])
            let values = try oracle.run(
                [input: OracleTensor(graph[input].description, samples: 2, values: images.map(Double.init))],
                Invocation(count: 2))
            let logits = try #require(graph.outputs["logits"])
            let expected = try #require(values[logits])
            let actual = try plan.read("logits", count: 2).map(Double.init)
            #expect(normalizedError(actual, expected.values) <= tolerance)
        }

        /// Convolutions, depthwise and not, residual blocks with and without a shortcut, a dense layer, each normalised; and a
        /// normalisation of the pictures themselves.
        private static func network() throws -> (graph: Graph, stored: [String: [Float]]) {
            var network = NetworkBuilder()
            let images = try network.graph.input("images", [12, 11, 3])
            var x = try network.knownNormalization("images", images)
            x = try network.activation(network.normalized("stem", x, 16, Window(3, stride: 2, padding: .same)))
            var branch = try network.activation(
                network.normalized("depthwise", x, 16, Window(3, padding: .same), groups: 16), .relu6)
            branch = try network.normalized("project", branch, 16, Window(1))
            x = try network.layer(Add(), [x, branch])
            branch = try network.normalized("long", x, 20, Window(3, padding: .same))
            let shortcut = try network.normalized("short", x, 20, Window(1))
            x = try network.activation(network.layer(Add(), [branch, shortcut]))
            x = try network.dense("hidden", network.layer(GlobalAveragePooling(), [x]), 9)
            x = try network.activation(network.knownNormalization("hidden", x))
            network.graph.output("logits", try network.dense("classes", x, 5))

            var random = PhiloxSequence(seed: 4, purpose: .testing)
            let stored = network.graph.storedValues.reduce(into: [String: [Float]]()) { stored, id in
                let value = network.graph[id]
                let range: ClosedRange<Float> = value.name.hasSuffix("variance") ? 0.3...2 : -1...1
                stored[value.name] = (0..<value.description.shape.count).map { _ in random.nextUniform(in: range) }
            }
            return (network.graph, stored)
        }
    }
}

extension NetworkBuilder {
    /// Batch normalisation by statistics that are known.
    fileprivate mutating func knownNormalization(_ name: String, _ x: ValueID) throws -> ValueID {
        let channels: Shape = [graph[x].description.shape[-1]]
        let parameters = try ["scale", "shift"].map { try graph.parameter("\(name)/norm/\($0)", channels, .ones) }
        let statistics = try ["mean", "variance"].map { try graph.state("\(name)/norm/\($0)", channels, .ones) }
        return try graph.append(
            BatchNormalizationInference(), [x] + parameters + statistics, layer: "\(name)/norm")[0]
    }

    fileprivate mutating func normalized(
        _ name: String, _ x: ValueID, _ outputs: Int, _ window: Window, groups: Int = 1
    ) throws -> ValueID {
        try knownNormalization(name, convolution(name, x, outputs, window, groups: groups))
    }
}
