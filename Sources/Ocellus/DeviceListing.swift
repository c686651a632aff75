import OcellusCPU
import OcellusGraph
import OcellusOpenCL

/// All that networks can be computed on here.
public struct DeviceListing: Sendable {
    /// One device.
    public struct Entry: Sendable, Encodable {
        /// How it is asked for: `cpu`, `opencl:nvidia h200`.
        public let option: String
        /// The device's own name.
        public let name: String
        /// `CPU` or `GPU`, as OpenCL says of an OpenCL device.
        public let kind: String
        /// Memory in bytes.
        public let memoryByteCount: Int
        /// In what numbers it can compute.
        public let precisions: [Precision]
        /// Driver or instruction set.
        public let detail: String
    }

    /// The CPU first, then OpenCL devices, the best first.
    public let entries: [Entry]
    /// What was in the way of finding more, in words.
    public let problems: [String]

    /// Asks the machine.
    public init() throws {
        let cpu = try CPUBackend().device
        let found = OpenCLDevices.find()
        entries =
            [
                Entry(
                    option: "cpu", name: cpu.name, kind: "CPU", memoryByteCount: cpu.memoryByteCount,
                    precisions: [.fp32],
                    detail: cpu.detail)
            ]
            + found.devices.sorted { $0.score > $1.score }.map { device in
                Entry(
                    option: found.option(for: device), name: device.description.name, kind: "\(device.kind)",
                    memoryByteCount: device.description.memoryByteCount, precisions: device.precisions,
                    detail: device.description.detail)
            }
        problems = found.problems
    }
}

extension OpenCLDevices {
    /// What asks for a device and for no other: the first word of its platform's name or its own that will do, else all
    /// of its name.
    fileprivate func option(for device: OpenCLDevice) -> String {
        let words = (device.platformName + " " + device.description.name).lowercased()
            .split { !$0.isLetter && !$0.isNumber }.filter { $0.count > 2 }
        let option = words.lazy.map { "opencl:" + $0 }.first { option in
            guard let selected = try? select(option) else { return false }
            return selected.description == device.description && selected.platformName == device.platformName
        }
        return option ?? "opencl:" + device.description.name.lowercased()
    }
}
