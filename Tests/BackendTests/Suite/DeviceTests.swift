import OcellusGraph
import OcellusOpenCL
import Testing

extension BackendSuite {
    @Suite("Devices") @DeviceActor struct DeviceTests {
        @Test(arguments: TestedDevice.all) func `Every device that is found can be opened`(_ device: TestedDevice)
            throws
        {
            let description = try device.backend().device
            print("Testing \(device): \(description.name), \(description.detail)")
        }

        @Test func `Every OpenCL runtime that is found works`() {
            let found = OpenCLDevices.find()
            if found.devices.isEmpty {
                print("No OpenCL device was found, so the OpenCL backend is not tested (see Tests/opencl-runtimes.sh):")
                for problem in found.problems { print("  \(problem)") }
            } else {
                for problem in found.problems { Issue.record("\(problem)") }
            }
        }

        @Test(arguments: TestedDevice.all) func `Zeroed memory is zero`(_ device: TestedDevice) throws {
            let backend = try device.backend()
            let offset = backend.device.alignment
            let whole = BufferRegion(
                try backend.makeBuffer(byteCount: offset + 77, label: "test"), byteCount: offset + 77)
            let part = BufferRegion(whole.buffer, byteOffset: offset, byteCount: 50)
            var bytes = [UInt8](repeating: 0xFF, count: whole.byteCount)
            try bytes.withUnsafeBytes { try backend.write($0, to: whole) }
            try backend.zero(part)
            try bytes.withUnsafeMutableBytes { try backend.read(whole, into: $0) }
            #expect(bytes.indices.allSatisfy { bytes[$0] == ((offset..<offset + 50).contains($0) ? 0 : 0xFF) })
        }
    }
}
