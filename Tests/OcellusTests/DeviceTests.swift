import Ocellus
import Testing

@Suite("Devices")
struct DeviceTests {
    @Test("device options are read")
    func requests() {
        #expect(DeviceRequest("auto") == .auto)
        #expect(DeviceRequest("cpu") == .cpu)
        #expect(DeviceRequest("opencl") == .openCL(name: nil))
        #expect(DeviceRequest("opencl:H200") == .openCL(name: "H200"))
        for text in ["", "gpu", "cpu:0", "opencl:", "auto:x"] { #expect(DeviceRequest(text) == nil) }
        for request in [DeviceRequest.auto, .cpu, .openCL(name: nil), .openCL(name: "a b")] {
            #expect(DeviceRequest(request.description) == request)
        }
    }

    @Test("the CPU is always there, and is what auto takes without a GPU")
    func automatic() throws {
        let listing = try DeviceListing()
        #expect(listing.entries.first?.option == "cpu")
        let chosen = try ChosenDevice(.auto)
        let hasGPU = listing.entries.contains { $0.kind == "GPU" }
        if !hasGPU { #expect(chosen.backend.device.backend == "cpu") }
        #expect(!chosen.reason.isEmpty)
    }

    @Test("a device that is not there is an error that lists those that are")
    func missing() throws {
        #expect(throws: BackendError.self) { try ChosenDevice(.openCL(name: "no such device")) }
    }

    /// A backend that computes activations wrongly.
    private final class Faulty: Backend {
        let inner: CPUBackend
        init(_ inner: CPUBackend) { self.inner = inner }
        var device: DeviceDescription { inner.device }
        func makeBuffer(byteCount: Int, label: String) throws -> any DeviceBuffer {
            try inner.makeBuffer(byteCount: byteCount, label: label)
        }
        func write(_ bytes: UnsafeRawBufferPointer, to region: BufferRegion) throws {
            try inner.write(bytes, to: region)
        }
        func read(_ region: BufferRegion, into bytes: UnsafeMutableRawBufferPointer) throws {
            try inner.read(region, into: bytes)
        }
        func zero(_ region: BufferRegion) throws { try inner.zero(region) }
        func supports(
            _ operation: any Operation, inputs: [TensorDescription], outputs: [TensorDescription]
        ) -> Bool { inner.supports(operation, inputs: inputs, outputs: outputs) }
        func workspaceByteCount(
            for operation: any Operation, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
        ) -> Int { inner.workspaceByteCount(for: operation, inputs: inputs, outputs: outputs, capacity: capacity) }
        func prepare(_ operation: any Operation, _ arguments: OperationArguments) throws -> any PreparedStep {
            let isBiasGradient = operation is BiasGradient && arguments.outputs[0].description.shape == [10]
            return try inner.prepare(isBiasGradient ? HalfBiasGradient() : operation, arguments)
        }
        func run(_ steps: [any PreparedStep], _ invocation: Invocation) throws { try inner.run(steps, invocation) }
        func synchronize() throws {}
    }

    /// Leaves its output as it is, which is wrong.
    private struct HalfBiasGradient: CPUOperation {
        static let name = "halfBiasGradient"
        func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
            try BiasGradient().outputs(for: inputs)
        }
        func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
            CPUStep { _ in }
        }
    }

    @Test("the self-test passes on the CPU, and fails on a device that computes wrongly")
    func selfTest() throws {
        let cpu = try CPUBackend()
        for set in InstructionSet.available {
            try SelfTest.run(CPUBackend(instructionSet: set), against: cpu)
        }
        #expect(throws: BackendError.self) { try SelfTest.run(Faulty(CPUBackend()), against: cpu) }
    }
}
