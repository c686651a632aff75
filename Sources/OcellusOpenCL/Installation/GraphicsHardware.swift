/// The graphics cards on a machine's bus, and the device nodes by which programs reach them.
struct GraphicsHardware: Sendable {
    /// Who makes cards that compute.
    enum Vendor: String, Sendable, CaseIterable {
        case nvidia = "NVIDIA"
        case amd = "AMD"
        case intel = "Intel"

        /// The number that the maker has on the bus.
        fileprivate var identifier: String {
            switch self {
            case .nvidia: "0x10de"
            case .amd: "0x1002"
            case .intel: "0x8086"
            }
        }

        /// What brings OpenCL for its cards.
        fileprivate var packages: String {
            switch self {
            case .nvidia:
                "NVIDIA's driver with its OpenCL part: nvidia-opencl-icd on Debian, libnvidia-compute-VERSION on Ubuntu"
            case .amd: "mesa-opencl-icd, or ROCm's rocm-opencl-runtime"
            case .intel: "intel-opencl-icd"
            }
        }
    }

    /// The cards' makers, one a card.
    let cards: [Vendor]
    /// The device nodes that are there.
    let nodes: [String]

    /// Looks at the bus and at `/dev`.
    init(_ machine: Machine) {
        let bus = "/sys/bus/pci/devices"
        cards = machine.files(in: bus).compactMap { device in
            // Class 0x03…: display controllers; those of data centres have no display and the same class.
            guard machine.text(of: "\(bus)/\(device)/class")?.hasPrefix("0x03") == true,
                let vendor = machine.text(of: "\(bus)/\(device)/vendor")
            else { return nil }
            return Vendor.allCases.first { vendor.hasPrefix($0.identifier) }
        }
        let own = ["nvidiactl", "nvidia-uvm", "kfd", "dxg"]
        nodes =
            machine.files(in: "/dev") { name in
                own.contains(name)
                    || name.hasPrefix("nvidia") && name.dropFirst(6).allSatisfy(\.isNumber)
                        && name.count > 6
            }.map { "/dev/" + $0 }
            + machine.files(in: "/dev/dri") { $0.hasPrefix("renderD") }.map { "/dev/dri/" + $0 }
    }

    /// Whether nothing of a GPU is to be seen.
    var isEmpty: Bool { cards.isEmpty && nodes.isEmpty }

    /// What is there and what is in the way.
    func findings(_ machine: Machine, hasDrivers: Bool) -> [Finding] {
        guard !isEmpty else { return [Finding("GPU", .absent, "none on the bus, no device node")] }
        var findings = Vendor.allCases.compactMap { vendor -> Finding? in
            let count = cards.count { $0 == vendor }
            guard count > 0 else { return nil }
            return Finding(
                "GPU", .ok, "\(vendor.rawValue)" + (count > 1 ? " × \(count)" : ""),
                advice: hasDrivers ? nil : "to compute on it, install \(vendor.packages)")
        }
        if nodes.isEmpty {
            findings.append(
                Finding(
                    "device nodes", .absent, "none in /dev",
                    advice: machine.container == nil
                        ? "the kernel's driver is not loaded; see dmesg" : "start the container with the GPU"))
        }
        findings += nodes.map { node in
            guard !machine.isUsable(node) else { return Finding("device node", .ok, node) }
            let group = machine.group(of: node)
            return Finding(
                "device node", .broken, "\(node) may not be opened by this user",
                advice: group.map { "usermod -aG \($0) USER as root, then log in again" }
                    ?? "give the user access to it")
        }
        return findings
    }
}
