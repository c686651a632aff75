import CSIMD
import OcellusGraph

extension BatchNormalization: CPUOperation {
    /// Room for partial sums, and a scale and a shift a channel.
    public func workspaceByteCount(
        on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { NormalizationWorkspace(inputs[0], capacity).byteCount }

    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let room = NormalizationWorkspace(arguments.inputs[0].description, arguments.capacity)
        let (sums, floats) = try room.parts(of: arguments)
        let channels = room.channels
        let (scale, shift) = (floats, floats + channels)
        let x = try arguments.input(0)
        let (gamma, beta) = (try arguments.input(1), try arguments.input(2))
        let (runningMean, runningVariance) = (try arguments.mutableInput(3), try arguments.mutableInput(4))
        let (y, mean, inverse) = (try arguments.output(0), try arguments.output(1), try arguments.output(2))
        let map = simd_channel_map(scale: scale, shift: shift, activation: activation.simd)
        return CPUStep { invocation in
            let rows = room.rows(invocation)
            let count = Double(rows)
            room.findMoments(of: x, rows: rows, workspace: sums, on: backend)
            let correction = tracksUnbiasedVariance && rows > 1 ? count / (count - 1) : 1
            let keep = Double(momentum)
            for channel in 0..<channels {
                mean[channel] = Float(sums[channel])
                let variance = sums[channels + channel] / count
                inverse[channel] = Float(1 / (variance + Double(epsilon)).squareRoot())
                scale[channel] = gamma[channel] * inverse[channel]
                shift[channel] = beta[channel] - mean[channel] * scale[channel]
                runningMean[channel] = Float(
                    keep * Double(runningMean[channel]) + (1 - keep) * Double(mean[channel]))
                runningVariance[channel] = Float(
                    keep * Double(runningVariance[channel]) + (1 - keep) * variance * correction)
            }
            backend.forEachBlock(of: rows, minimum: 256) { rows in
                let first = rows.lowerBound * channels
                withUnsafePointer(to: map) {
                    backend.kernels.mapChannels($0, x + first, rows.count, channels, y + first)
                }
            }
        }
    }
}

extension BatchNormalizationGradient: CPUOperation {
    /// Room for partial sums, and what dx is made of.
    public func workspaceByteCount(
        on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { NormalizationWorkspace(inputs[0], capacity).byteCount }

    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let room = NormalizationWorkspace(arguments.inputs[0].description, arguments.capacity)
        let (sums, floats) = try room.parts(of: arguments)
        let channels = room.channels
        // dx = dy · scale + x · byInput + constant, for the dy that the activation lets through.
        let (scale, shift) = (floats, floats + channels)
        let (byInput, constant) = (floats + 2 * channels, floats + 3 * channels)
        let (gradient, x) = (try arguments.input(0), try arguments.input(1))
        let (gamma, beta) = (try arguments.input(2), try arguments.input(3))
        let (mean, inverse) = (try arguments.input(4), try arguments.input(5))
        let (dx, dGamma, dBeta) = (try arguments.output(0), try arguments.output(1), try arguments.output(2))
        let map = simd_channel_map(scale: scale, shift: shift, activation: activation.simd)
        return CPUStep { invocation in
            let rows = room.rows(invocation)
            let count = Double(rows)
            for channel in 0..<channels {
                scale[channel] = gamma[channel] * inverse[channel]
                shift[channel] = beta[channel] - mean[channel] * scale[channel]
            }
            room.sums.run(rows: rows, workspace: sums, on: backend) { rows, sums in
                let first = rows.lowerBound * channels
                withUnsafePointer(to: map) {
                    backend.kernels.sumMapGradients(
                        $0, gradient + first, x + first, mean, rows.count, channels, sums)
                }
            }
            for channel in 0..<channels {
                let inverse = Double(inverse[channel])
                let products = sums[channels + channel]
                dBeta[channel] = Float(sums[channel])
                dGamma[channel] = Float(products * inverse)
                byInput[channel] = Float(-Double(gamma[channel]) * inverse * inverse * inverse * products / count)
                constant[channel] = Float(
                    -Double(scale[channel]) * sums[channel] / count
                        - Double(byInput[channel]) * Double(mean[channel]))
            }
            backend.forEachBlock(of: rows, minimum: 256) { rows in
                let first = rows.lowerBound * channels
                withUnsafePointer(to: map) {
                    backend.kernels.combineMapGradients(
                        $0, gradient + first, scale, x + first, byInput, constant, rows.count, channels, dx + first)
                }
            }
        }
    }
}

extension BatchNormalizationInference: CPUOperation {
    /// Room for a scale and a shift a channel.
    public func workspaceByteCount(
        on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { 2 * inputs[0].shape[-1] * 4 }

    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let description = arguments.inputs[0].description
        let channels = description.shape[-1]
        let scale = try arguments.workspaceFloats(byteCount: 2 * channels * 4)
        let shift = scale + channels
        let (x, gamma, beta) = (try arguments.input(0), try arguments.input(1), try arguments.input(2))
        let (mean, variance) = (try arguments.input(3), try arguments.input(4))
        let y = try arguments.output(0)
        return CPUStep { invocation in
            for channel in 0..<channels {
                let factor = Double(gamma[channel]) / (Double(variance[channel]) + Double(epsilon)).squareRoot()
                scale[channel] = Float(factor)
                shift[channel] = Float(Double(beta[channel]) - Double(mean[channel]) * factor)
            }
            backend.mapChannels(x, to: y, description, samples: invocation.count, scale: scale, shift: shift)
        }
    }
}

extension BatchNormalizationInferenceGradient: CPUOperation {
    /// Room for a scale and a shift a channel.
    public func workspaceByteCount(
        on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { 2 * inputs[0].shape[-1] * 4 }

    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let description = arguments.inputs[0].description
        let channels = description.shape[-1]
        let scale = try arguments.workspaceFloats(byteCount: 2 * channels * 4)
        let shift = scale + channels
        let (dy, gamma, variance) = (try arguments.input(0), try arguments.input(1), try arguments.input(2))
        let dx = try arguments.output(0)
        return CPUStep { invocation in
            for channel in 0..<channels {
                scale[channel] = Float(
                    Double(gamma[channel]) / (Double(variance[channel]) + Double(epsilon)).squareRoot())
                shift[channel] = 0
            }
            backend.mapChannels(dy, to: dx, description, samples: invocation.count, scale: scale, shift: shift)
        }
    }
}

extension CPUBackend {
    /// Multiplies each channel by a number of its own and adds another.
    fileprivate func mapChannels(
        _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, _ description: TensorDescription, samples: Int,
        scale: UnsafePointer<Float>, shift: UnsafePointer<Float>
    ) {
        let channels = description.shape[-1]
        let map = simd_channel_map(scale: scale, shift: shift, activation: simd_identity)
        forEachBlock(of: description.count(samples: samples) / channels, minimum: 256) { rows in
            let first = rows.lowerBound * channels
            withUnsafePointer(to: map) { kernels.mapChannels($0, x + first, rows.count, channels, y + first) }
        }
    }
}

/// Scratch memory of batch normalisation: two chunked sums a channel in double, then four floats a channel.
private struct NormalizationWorkspace {
    let input: TensorDescription
    let channels: Int
    let sums: ChannelSums

    init(_ input: TensorDescription, _ capacity: Int) {
        self.input = input
        channels = input.shape[-1]
        sums = ChannelSums(
            rows: input.count(samples: capacity) / max(channels, 1), channels: 2 * channels)
    }

    var byteCount: Int { sums.workspaceCount * 8 + 4 * channels * 4 }

    func rows(_ invocation: Invocation) -> Int { input.count(samples: invocation.count) / channels }

    func parts(
        of arguments: OperationArguments
    ) throws -> (sums: UnsafeMutablePointer<Double>, floats: UnsafeMutablePointer<Float>) {
        let start = try arguments.workspaceFloats(byteCount: byteCount)
        return (
            UnsafeMutableRawPointer(start).assumingMemoryBound(to: Double.self), start + sums.workspaceCount * 2
        )
    }

    /// The mean of each channel and the sum of squared deviations from it, at the workspace's start, by one pass over
    /// memory: each chunk has its own mean, and chunks are joined in order.
    func findMoments(
        of x: UnsafePointer<Float>, rows: Int, workspace: UnsafeMutablePointer<Double>, on backend: CPUBackend
    ) {
        let channels = channels
        func moments(_ chunk: Int) -> simd_moments {
            let mean = workspace + chunk * 2 * channels
            return simd_moments(mean: mean, squares: mean + channels)
        }
        let present = sums.chunksPresent(rows: rows)
        backend.parallelFor(present) { chunk, _ in
            let rows = sums.rows(of: chunk, present: rows)
            withUnsafePointer(to: moments(chunk)) {
                backend.kernels.findMoments(x + rows.lowerBound * channels, rows.count, channels, $0)
            }
        }
        for chunk in 1..<max(present, 1) {
            let rows = sums.rows(of: chunk, present: rows)
            withUnsafePointer(to: moments(0)) { joined in
                withUnsafePointer(to: moments(chunk)) {
                    backend.kernels.joinMoments(joined, Double(rows.lowerBound), $0, Double(rows.count), channels)
                }
            }
        }
    }
}
