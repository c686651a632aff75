import COpenCL
import OcellusGraph
import OcellusOpenCL
import OpenCLFaults
import Testing

extension OpenCLSuite {
    @Suite("A driver's failure is a clear error", .enabled(if: TestDevice.isPresent)) struct FaultTests {
        private func message(
            _ fault: OpenCLFault, _ body: (OpenCLBackend) throws -> Void
        ) throws -> String {
            let device = try #require(TestDevice.first)
            let text = try withTemporaryFolder { folder in
                try OpenCLFault.inject(fault, into: device) { faulty in
                    try OpenCLTests.message { try body(OpenCLBackend(faulty, cacheFolder: folder)) }
                }
            }
            #expect(text.contains(device.description.name))
            return text
        }

        @Test func `A build failure names the kernel, the layer and the code`() throws {
            let text = try message(.build) { _ = try $0.doubled([1, 2, 3, 4]) }
            #expect(
                text.contains("twice.cl") && text.contains("'doubling'") && text.contains("CL_BUILD_PROGRAM_FAILURE"))
        }

        @Test func `An allocation failure names what was wanted, and what helps`() throws {
            let text = try message(.allocation(fromByteCount: 100)) {
                _ = try $0.makeBuffer(byteCount: 99, label: "small")
                _ = try $0.makeBuffer(byteCount: 100, label: "activations")
            }
            #expect(text.contains("CL_MEM_OBJECT_ALLOCATION_FAILURE") && text.contains("'activations'"))
            #expect(text.contains("100 bytes") && text.contains("smaller batch"))
        }

        @Test(
            "A device that is lost before any call is named with the code",
            arguments: [CL_DEVICE_NOT_AVAILABLE, CL_OUT_OF_RESOURCES], 0..<3)
        func lost(_ status: Int32, afterKernels count: Int) throws {
            let text = try message(.lost(afterKernels: count, status: status)) { backend in
                // With 0 kernels the first write fails, else the launch, or the wait that follows it.
                for _ in 0..<2 { _ = try backend.doubled([1, 2, 3, 4]) }
                try backend.synchronize()
            }
            #expect(
                text.contains(status == CL_DEVICE_NOT_AVAILABLE ? "CL_DEVICE_NOT_AVAILABLE" : "CL_OUT_OF_RESOURCES"))
            #expect(count > 0 || text.contains("'test'"))
        }
    }
}
