import OcellusGraph

/// An operation as its definition reads, in `Double`: what every backend is held against. Nothing here is fast.
protocol OracleOperation: Operation {
    /// Evaluates the operation on `invocation.count` samples; inputs that it mutates are changed in place.
    /// - Returns: its outputs.
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor]
}

extension Operation {
    /// The operation's outputs for `inputs`, all zero.
    func blankOutputs(_ inputs: [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        try outputs(for: inputs.map(\.description)).map { OracleTensor($0, samples: invocation.count) }
    }
}
