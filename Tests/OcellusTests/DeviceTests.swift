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
        #expect(DeviceRequest("opencl:pocl/2") == .several(["opencl:pocl/2"]))
        #expect(DeviceRequest("opencl:h100, opencl:h100") == .several(["opencl:h100", "opencl:h100"]))
        #expect(DeviceRequest("opencl/2") == .several(["opencl/2"]))
        #expect(DeviceRequest("opencl:3GB/PCIe/SSE2") == .openCL(name: "3GB/PCIe/SSE2"))
        for text in ["opencl:a,cpu", "cpu/2", "auto,opencl", "opencl,"] { #expect(DeviceRequest(text) == nil) }
        let several = DeviceRequest.several(["opencl:a/2", "opencl"])
        for request in [DeviceRequest.auto, .cpu, .openCL(name: nil), .openCL(name: "a b"), several] {
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

    @Test("several devices are refused by what computes on one")
    func several() throws {
        #expect {
            try ChosenDevice(.several(["opencl:a", "opencl:b"]))
        } throws: {
            "\($0)".contains("'opencl:a,opencl:b' are several devices")
        }
    }

    @Test("the self-test passes on the CPU, and fails on a device that computes wrongly")
    func selfTest() throws {
        let cpu = try CPUBackend()
        for set in InstructionSet.available {
            try SelfTest.run(CPUBackend(instructionSet: set), against: cpu)
        }
        let faulty = try FaultyBackend { operation, arguments in
            operation is BiasGradient && arguments.outputs[0].description.shape == [10]
        }
        #expect(throws: BackendError.self) { try SelfTest.run(faulty, against: cpu) }
    }
}
