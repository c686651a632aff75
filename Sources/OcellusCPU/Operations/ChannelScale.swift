import CSIMD
import OcellusGraph

extension ChannelScale: CPUOperation {
    /// A zero a channel.
    public func workspaceByteCount(
        on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { inputs[0].shape[-1] * 4 }

    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let shape = arguments.inputs[0].description.shape
        let isBatched = arguments.inputs[0].description.isBatched
        let channels = shape[-1]
        let rows = shape.count / channels
        let zeros = try arguments.workspaceFloats(byteCount: channels * 4)
        let (x, scale, y) = (try arguments.input(0), try arguments.input(1), try arguments.output(0))
        let scaleStride = arguments.inputs[1].description.isBatched ? channels : 0
        // Parts of a sample, so that one sample keeps every thread busy.
        let parts = max(1, min(rows * channels / (16 * 1024), 16))
        return CPUStep { invocation in
            zeros.update(repeating: 0, count: channels)
            backend.parallelFor((isBatched ? invocation.count : 1) * parts) { index, _ in
                let (sample, part) = index.quotientAndRemainder(dividingBy: parts)
                let (first, end) = (rows * part / parts, rows * (part + 1) / parts)
                let start = sample * shape.count + first * channels
                let map = simd_channel_map(
                    scale: scale + sample * scaleStride, shift: zeros, activation: simd_identity)
                withUnsafePointer(to: map) {
                    backend.kernels.mapChannels($0, x + start, end - first, channels, y + start)
                }
            }
        }
    }
}

extension ChannelScaleGradient: CPUOperation {
    /// Room for partial sums where all samples share the scale.
    public func workspaceByteCount(
        on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int {
        let channels = inputs[0].shape[-1]
        let sums = ChannelSums(rows: inputs[0].count(samples: capacity) / channels, channels: channels)
        return sums.workspaceCount * 8
    }

    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let description = arguments.inputs[0].description
        let shape = description.shape
        let channels = shape[-1]
        let (gradient, x, result) = (try arguments.input(0), try arguments.input(1), try arguments.output(0))
        if arguments.outputs[0].description.isBatched {
            let rows = shape.count / channels
            return CPUStep { invocation in
                backend.parallelFor(invocation.count) { sample, _ in
                    let target = result + sample * channels
                    target.update(repeating: 0, count: channels)
                    backend.kernels.multiplyChannels(
                        gradient + sample * shape.count, channels, x + sample * shape.count, channels, rows, target,
                        channels)
                }
            }
        }
        let sums = ChannelSums(rows: description.count(samples: arguments.capacity) / channels, channels: channels)
        let workspace = UnsafeMutableRawPointer(
            try arguments.workspaceFloats(byteCount: sums.workspaceCount * 8)
        ).assumingMemoryBound(to: Double.self)
        return CPUStep { invocation in
            let rows = description.count(samples: invocation.count) / channels
            sums.run(rows: rows, workspace: workspace, on: backend) { rows, sums in
                backend.kernels.sumProducts(
                    gradient + rows.lowerBound * channels, x + rows.lowerBound * channels, rows.count, channels, sums)
            }
            for channel in 0..<channels { result[channel] = Float(workspace[channel]) }
        }
    }
}
