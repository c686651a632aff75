import OcellusGraph
import OcellusOpenCL
import Testing

extension OpenCLSuite {
    @Suite("Devices are selected by name", .enabled(if: TestDevice.isPresent)) struct SelectionTests {
        private let found = OpenCLDevices.find()

        @Test(arguments: TestDevice.all) func `A platform's name selects its device, whatever the case`(
            _ device: OpenCLDevice
        ) throws {
            let selected = try found.select("opencl:" + device.platformName.uppercased())
            #expect(selected.platformName == device.platformName)
            #expect(selected.description.name == device.description.name)
        }

        @Test func `No part of a name selects the best device`() throws {
            let best = try #require(found.devices.map(\.score).max())
            #expect(try found.select("opencl").score == best)
            #expect(try found.select("OpenCL:").score == best)
        }

        @Test func `A simulator is never the best device`() throws {
            #expect(try found.select("opencl").platformName != "Oclgrind")
        }

        @Test func `A name that fits nothing lists what there is`() throws {
            let text = try message { _ = try found.select("opencl:no such device") }
            #expect(text.contains("'no such device'"))
            for device in found.devices { #expect(text.contains(device.description.name)) }
        }

        @Test(.enabled(if: TestDevice.all.count > 1)) func `A name that fits several lists them`() throws {
            let text = try message { _ = try found.select("opencl:OpenCL") }  // a part of every version
            #expect(text.contains("several"))
            for device in found.devices { #expect(text.contains(device.platformName)) }
        }

        @Test func `Another backend's name is refused`() throws {
            #expect(try message { _ = try found.select("cpu") }.contains("'cpu'"))
        }

        @Test(arguments: TestDevice.all) func `A device describes itself`(_ device: OpenCLDevice) {
            #expect(device.description.backend == "opencl")
            #expect(!device.description.name.isEmpty)
            #expect(device.description.memoryByteCount > 0)
            #expect(device.description.alignment >= 64 && device.description.alignment.nonzeroBitCount == 1)
            #expect(device.computeUnits > 0)
            #expect(!device.driverVersion.isEmpty && !device.platformVersion.isEmpty)
        }
    }
}
