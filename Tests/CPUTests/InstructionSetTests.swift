import OcellusCPU
import OcellusGraph
import Testing

@Suite struct InstructionSetTests {
    @Test func theBaselineIsAlwaysThereAndTheBestIsUsedUnlessAnotherIsAskedFor() throws {
        #expect(InstructionSet.available.contains(.baseline))
        #expect(InstructionSet.available.last == InstructionSet.best)
    }

    @Test(arguments: InstructionSet.available)
    func aBackendUsesAndNamesTheInstructionSetThatItIsToldTo(instructionSet: InstructionSet) throws {
        let backend = try CPUBackend(threads: 2, instructionSet: instructionSet)
        #expect(backend.instructionSet == instructionSet)
        #expect(backend.device.detail == instructionSet.displayName)
        #expect(backend.threads == 2)
        #expect(backend.device.backend == "cpu")
        #expect(!backend.device.name.isEmpty)
        #expect(backend.device.memoryByteCount > 0)
    }

    @Test(arguments: InstructionSet.allCases.filter { !InstructionSet.available.contains($0) })
    func anInstructionSetThatTheCPULacksIsAnErrorThatNamesThoseItHas(
        instructionSet: InstructionSet
    ) throws {
        let error = #expect(throws: BackendError.self) { try CPUBackend(instructionSet: instructionSet) }
        #expect(error?.description.contains("baseline") == true)
        #expect(error?.description.contains(instructionSet.rawValue) == true)
    }

    @Test func aRegionOutsideOfItsBufferIsAnError() throws {
        let backend = try CPUBackend(threads: 1)
        let buffer = try backend.makeBuffer(byteCount: 128, label: "small")
        let bytes = [UInt8](repeating: 0, count: 128)
        #expect(throws: BackendError.self) {
            try bytes.withUnsafeBytes {
                try backend.write($0, to: BufferRegion(buffer, byteOffset: 64, byteCount: 128))
            }
        }
        #expect(throws: BackendError.self) {
            try bytes.withUnsafeBytes { try backend.write($0, to: BufferRegion(buffer, byteCount: 64)) }
        }
    }
}
