import OcellusGraph

extension Concatenate: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let y = try arguments.output(0)
        let output = arguments.outputs[0].description
        let channels = output.shape[-1]
        var first = 0
        var parts: [(x: UnsafePointer<Float>, first: Int, channels: Int)] = []
        for (index, input) in arguments.inputs.enumerated() {
            parts.append((try arguments.input(index), first, input.description.shape[-1]))
            first += input.description.shape[-1]
        }
        return CPUStep { invocation in
            backend.forEachBlock(of: output.count(samples: invocation.count) / channels, minimum: 1024) { rows in
                for part in parts {
                    for row in rows {
                        (y + (row * channels + part.first)).update(
                            from: part.x + row * part.channels, count: part.channels)
                    }
                }
            }
        }
    }
}

extension ChannelSlice: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let x = try arguments.input(0)
        let y = try arguments.output(0)
        let input = arguments.inputs[0].description
        let channels = input.shape[-1]
        return CPUStep { invocation in
            backend.forEachBlock(of: input.count(samples: invocation.count) / channels, minimum: 1024) { rows in
                for row in rows { (y + row * count).update(from: x + (row * channels + start), count: count) }
            }
        }
    }
}
