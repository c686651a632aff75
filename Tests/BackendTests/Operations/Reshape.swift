import OcellusGraph

extension Reshape: OracleOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let description = try outputs(for: inputs.map(\.description))[0]
        return [OracleTensor(description, samples: invocation.count, values: inputs[0].values)]
    }
}
