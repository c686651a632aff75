import OcellusGraph

extension Activation: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let x = try arguments.input(0)
        let y = try arguments.output(0)
        let description = arguments.inputs[0].description
        let function = function.simd
        return CPUStep { invocation in
            backend.forEachBlock(of: description.count(samples: invocation.count)) { range in
                backend.kernels.activate(function, x + range.lowerBound, range.count, y + range.lowerBound)
            }
        }
    }
}

extension ActivationGradient: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let gradient = try arguments.input(0)
        let value = try arguments.input(1)
        let result = try arguments.output(0)
        let description = arguments.inputs[0].description
        let function = function.simd
        return CPUStep { invocation in
            backend.forEachBlock(of: description.count(samples: invocation.count)) { range in
                let first = range.lowerBound
                backend.kernels.activationGradient(
                    function, gradient + first, value + first, range.count, result + first)
            }
        }
    }
}
