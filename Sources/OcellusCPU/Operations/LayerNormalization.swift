import CSIMD
import OcellusGraph

extension LayerNormalization: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let description = arguments.inputs[0].description
        let channels = description.shape[-1]
        let (x, y) = (try arguments.input(0), try arguments.output(0))
        let (scale, shift) = (try arguments.input(1), try arguments.input(2))
        return CPUStep { invocation in
            let rows = description.count(samples: invocation.count) / channels
            backend.forEachBlock(of: rows, minimum: 64) { rows in
                let first = rows.lowerBound * channels
                backend.kernels.normalizeRows(
                    x + first, scale, shift, epsilon, rows.count, channels, y + first)
            }
        }
    }
}

extension LayerNormalizationGradient: CPUOperation {
    /// Room for partial sums of both parameters' gradients.
    public func workspaceByteCount(
        on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { Self.sums(inputs[0], capacity).workspaceCount * 8 }

    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let description = arguments.inputs[0].description
        let channels = description.shape[-1]
        let sums = Self.sums(description, arguments.capacity)
        let workspace = UnsafeMutableRawPointer(
            try arguments.workspaceFloats(byteCount: sums.workspaceCount * 8)
        ).assumingMemoryBound(to: Double.self)
        let (gradient, x, scale) = (try arguments.input(0), try arguments.input(1), try arguments.input(2))
        let (dx, dScale, dShift) = (try arguments.output(0), try arguments.output(1), try arguments.output(2))
        return CPUStep { invocation in
            let rows = description.count(samples: invocation.count) / channels
            sums.run(rows: rows, workspace: workspace, on: backend) { rows, sums in
                let first = rows.lowerBound * channels
                backend.kernels.normalizeRowsGradient(
                    gradient + first, x + first, scale, epsilon, rows.count, channels, dx + first, sums)
            }
            for channel in 0..<channels {
                dScale[channel] = Float(workspace[channel])
                dShift[channel] = Float(workspace[channels + channel])
            }
        }
    }

    private static func sums(_ input: TensorDescription, _ capacity: Int) -> ChannelSums {
        ChannelSums(
            rows: input.count(samples: capacity) / input.shape[-1], channels: 2 * input.shape[-1])
    }
}
