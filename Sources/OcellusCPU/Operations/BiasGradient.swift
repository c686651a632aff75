import OcellusGraph

extension BiasGradient: CPUOperation {
    /// Room for partial sums.
    public func workspaceByteCount(
        on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { sums(inputs[0], capacity).workspaceCount * 8 }

    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let gradient = try arguments.input(0)
        let result = try arguments.output(0)
        let description = arguments.inputs[0].description
        let sums = sums(description, arguments.capacity)
        let channels = sums.channels
        let workspace = UnsafeMutableRawPointer(try arguments.workspaceFloats(byteCount: sums.workspaceCount * 8))
            .assumingMemoryBound(to: Double.self)
        return CPUStep { invocation in
            let rows = description.count(samples: invocation.count) / channels
            sums.run(rows: rows, workspace: workspace, on: backend) { rows, sums in
                backend.kernels.sumChannels(gradient + rows.lowerBound * channels, rows.count, channels, sums)
            }
            for channel in 0..<channels { result[channel] = Float(workspace[channel]) }
        }
    }

    private func sums(_ input: TensorDescription, _ capacity: Int) -> ChannelSums {
        let channels = input.shape[-1]
        return ChannelSums(rows: input.count(samples: capacity) / max(channels, 1), channels: channels)
    }
}
