import OcellusCPU
import OcellusGraph
import Testing

extension BackendSuite {
    @Suite("Threads") @DeviceActor struct ThreadCountTests {
        /// The same seed gives the same weights, whatever the number of threads.
        @Test(arguments: InstructionSet.available, OperationKind.all)
        func `The number of threads changes no bit`(_ instructionSet: InstructionSet, _ kind: OperationKind) throws {
            let backends = try [1, 2, 3].map { try CPUBackend(threads: $0, instructionSet: instructionSet) }
            for test in kind.type.allCases {
                let inputs = test.inputs.map(\.description)
                let outputs = try test.operation.outputs(for: inputs)
                guard backends[0].supports(test.operation, inputs: inputs, outputs: outputs) else { continue }
                let results = try backends.map { try CaseRunner($0, test, .separate, isSimulated: false).run().bits }
                if results.contains(where: { $0 != results[0] }) { Issue.record("\(test) depends on threads") }
            }
        }
    }
}
