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

        @Test(arguments: TestDevice.all) func `A device's whole name selects it, be it a part of another's`(
            _ device: OpenCLDevice
        ) throws {
            let selected = try found.select("opencl:" + device.description.name.lowercased())
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

        @Test(arguments: TestDevice.all) func `A device is split into parts, or an error says why not`(
            _ device: OpenCLDevice
        ) throws {
            let name = "opencl:" + device.platformName
            guard device.computeUnits > 1, !device.isSimulator else {
                return #expect(try message { _ = try found.selectAll([name + "/2"]) }.contains("compute unit"))
            }
            let parts = try found.selectAll([name + "/2"])
            #expect(parts.count == 2)
            for (number, part) in parts.enumerated() {
                #expect(part.title.hasSuffix("part \(number + 1) of 2"))
                #expect(part.computeUnits == device.computeUnits / 2)
                #expect(part.description.memoryByteCount == device.description.memoryByteCount / 2)
                #expect(part.description.computesAlike(device.description))
                #expect(try OpenCLBackend(part).doubled([1, 2, 3, 4]) == [2, 4, 6, 8])
            }
            let text = try message { _ = try found.selectAll(["\(name)/\(device.computeUnits + 1)"]) }
            #expect(text.contains(device.description.name) && text.contains("\(device.computeUnits) compute units"))
            #expect(try message { _ = try found.selectAll([name + "/0"]) }.contains("0 parts"))
            #expect(try message { _ = try found.select(name + "/2") }.contains("where one is wanted"))
        }

        @Test func `A device that is asked for twice is refused`() throws {
            let name = "opencl:" + (try #require(TestDevice.first).platformName)
            #expect(try message { _ = try found.selectAll([name, name + "/2"]) }.contains("once more"))
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
