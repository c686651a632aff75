import OcellusGraph
import Testing

extension BackendSuite {
    @Suite("Whole networks learn in lower precision") @DeviceActor struct PrecisionTests {
        @Test(
            arguments: TestedDevice.all.filter { $0.isOpenCL && !$0.isSimulated },
            [Precision.fp16, .bf16])
        func `The loss goes down as it does in FP32`(_ device: TestedDevice, _ precision: Precision) throws {
            for network in NetworkCase.all {
                let expected = try losses(network, on: device.backend())
                let actual = try losses(network, on: device.backend(in: precision))
                #expect(actual.allSatisfy { $0.isFinite })
                #expect(actual[0] != expected[0], "\(network.name): \(precision) is FP32")
                #expect(abs(actual[0] - expected[0]) < 0.02 * expected[0], "\(network.name), at first")
                let (first, last) = (mean(actual.prefix(5)), mean(actual.suffix(5)))
                #expect(last < first, "\(network.name): from \(first) to \(last)")
                #expect(abs(last - mean(expected.suffix(5))) < 0.15 * first, "\(network.name), in the end")
            }
        }

        private func mean(_ losses: ArraySlice<Float>) -> Float { losses.reduce(0, +) / Float(losses.count) }

        @Test func `Activations take less memory`() throws {
            for device in TestedDevice.all.filter({ $0.isOpenCL && !$0.isSimulated }) {
                let whole = try device.backend()
                // The others are so small that pictures and scratch memory are most of it.
                for network in NetworkCase.all where network.name == "residual" {
                    let floats = try network.training(fusingWhere: whole.supports)
                    let plan = Plan.memoryPlan(floats, whole, capacity: 64)
                    for precision in [Precision.fp16, .bf16] {
                        let half = try device.backend(in: precision)
                        let narrow = Plan.memoryPlan(floats, half, capacity: 64)
                        #expect(narrow.parameterByteCount == plan.parameterByteCount)
                        #expect(narrow.stateByteCount == plan.stateByteCount)
                        let (less, more) = (narrow.arenaByteCount, plan.arenaByteCount)
                        #expect(less * 10 < more * 9, "\(network.name) on \(device): \(less) of \(more) bytes")
                    }
                }
            }
        }

        /// The mean loss of each of 30 steps.
        private func losses(_ network: NetworkCase, on backend: any Backend) throws -> [Float] {
            let graph = try network.training(fusingWhere: backend.supports)
            let store = ParameterStore(backend: backend)
            try store.add(graph, seed: 7)
            let plan = try Plan(graph, capacity: 6, parameters: store)
            return try (0..<30).map { step in
                let batch = Batch(network, step: step, count: 6)
                try plan.write(batch.images, toInput: "images")
                try plan.write(batch.targets, toInput: "targets")
                try plan.run(batch.invocation)
                return try plan.read("loss", count: 6).reduce(0, +) / 6
            }
        }
    }
}
