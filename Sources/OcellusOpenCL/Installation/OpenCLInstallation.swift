import FoundationEssentials
import OcellusGraph

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What of OpenCL is installed: the loader, the drivers that it is told of, the hardware and whether this user may use it.
public struct OpenCLInstallation: Sendable {
    /// Each thing, in the order in which a person should look at it.
    public let findings: [Finding]

    /// Looks at this machine.
    public init() {
        self.init(
            Machine(), loaderProblem: OpenCLLibrary.shared.failure, platformProblems: OpenCLDevices.find().problems)
    }

    /// Looks at a machine, which in tests is a folder.
    package init(_ machine: Machine, loaderProblem: String?, platformProblems: [String]) {
        let hardware = GraphicsHardware(machine)
        let drivers = Self.drivers(machine)
        var findings = [Self.loader(machine, problem: loaderProblem)]
        findings += drivers.isEmpty ? [Self.noDrivers(machine, hardware)] : drivers
        findings += hardware.findings(machine, hasDrivers: drivers.contains { $0.state == .ok })
        if loaderProblem == nil {
            findings += platformProblems.filter { _ in !drivers.isEmpty }.map {
                Finding("platform", .broken, $0, advice: "reinstall the driver that it belongs to")
            }
        }
        if let kind = machine.container {
            findings.append(
                Finding(
                    "container", .ok, kind,
                    advice: hardware.isEmpty
                        ? "a container sees no GPU unless it is started with it: --gpus all for NVIDIA (with "
                            + "NVIDIA_DRIVER_CAPABILITIES=compute,utility), --device /dev/dri for Intel and AMD" : nil))
        }
        self.findings = findings
    }

    private static func loader(_ machine: Machine, problem: String?) -> Finding {
        if let problem {
            return Finding(
                "OpenCL loader", .absent, problem,
                advice: "apt-get install ocl-icd-libopencl1 (without it, Ocellus computes on the CPU by itself)")
        }
        return Finding("OpenCL loader", .ok, machine.loadedLibrary(containing: "libOpenCL") ?? "it is loaded")
    }

    private static func noDrivers(_ machine: Machine, _ hardware: GraphicsHardware) -> Finding {
        Finding(
            "drivers", .absent, "no .icd file in \(machine.vendorFolder)",
            advice: hardware.isEmpty
                ? "a GPU's driver brings one; on a machine without GPU, pocl-opencl-icd runs OpenCL on the CPU" : nil)
    }

    /// One finding an `.icd` file, whose one line names the driver's library.
    private static func drivers(_ machine: Machine) -> [Finding] {
        machine.files(in: machine.vendorFolder, where: { $0.hasSuffix(".icd") }).map { file in
            let path = machine.vendorFolder + "/" + file
            let text = machine.text(of: path)?.split(whereSeparator: \.isNewline).first.map(String.init)
            guard let library = text?.trimmed, !library.isEmpty else {
                return Finding("driver \(file)", .broken, "\(path) names no library", advice: "reinstall the driver")
            }
            if let problem = machine.problem(opening: library) {
                return Finding(
                    "driver \(file)", .broken, problem,
                    advice: "the library that \(path) names is not there or lacks another: reinstall the driver, or "
                        + "remove the file")
            }
            return Finding("driver \(file)", .ok, library)
        }
    }
}

/// The files of a machine that say what is installed. Tests have a folder in place of the root.
package struct Machine: Sendable {
    var root = ""
    /// The folder with a file for each driver.
    var vendorFolder = Self.standardVendorFolder
    /// Opens a library and says what is wrong with it.
    var openLibrary: @Sendable (String) -> String? = Self.problem(opening:)

    /// The machine that this is.
    init() {}

    /// A folder, for tests.
    package init(root: String, vendorFolder: String, openLibrary: @escaping @Sendable (String) -> String?) {
        self.root = root
        self.vendorFolder = vendorFolder
        self.openLibrary = openLibrary
    }

    /// `/etc/OpenCL/vendors`, unless the loaders' own variables name another folder.
    private static var standardVendorFolder: String {
        let environment = ProcessInfo.processInfo.environment
        let named = ["OCL_ICD_VENDORS", "OPENCL_VENDOR_PATH"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        return named.map { $0.count > 1 && $0.hasSuffix("/") ? String($0.dropLast()) : $0 } ?? "/etc/OpenCL/vendors"
    }

    /// The kind of container that this is in; nil when it is in none.
    var container: String? {
        if exists("/run/.containerenv") { return "Podman" }
        if exists("/.dockerenv") { return "Docker" }
        let groups = text(of: "/proc/1/cgroup") ?? ""
        return ["kubepods", "docker", "containerd", "lxc"].first { groups.contains($0) }
    }

    func exists(_ path: String) -> Bool { access(root + path, F_OK) == 0 }

    /// Whether this user may read and write a file.
    func isUsable(_ path: String) -> Bool { access(root + path, R_OK | W_OK) == 0 }

    /// The name of the group that a file belongs to.
    func group(of path: String) -> String? {
        var status = stat()
        guard stat(root + path, &status) == 0, let group = getgrgid(status.st_gid) else { return nil }
        return String(cString: group.pointee.gr_name)
    }

    func text(of path: String) -> String? {
        guard let file = fopen(root + path, "r") else { return nil }
        defer { fclose(file) }
        // Read to the end: the kernel's own files do not tell their length.
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65536)
        while case let count = fread(&block, 1, block.count, file), count > 0 { bytes += block[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The names of a folder's entries, sorted; none when there is no such folder.
    func files(in folder: String, where isWanted: (String) -> Bool = { _ in true }) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root + folder)) ?? []
        return names.filter(isWanted).sorted()
    }

    func problem(opening library: String) -> String? { openLibrary(library) }

    /// The file of a library that this process has loaded.
    func loadedLibrary(containing name: String) -> String? {
        text(of: "/proc/self/maps")?.split(whereSeparator: \.isNewline).lazy
            .compactMap { $0.split(separator: " ").last.map(String.init) }
            .first { $0.hasPrefix("/") && $0.contains(name) }
    }

    private static func problem(opening library: String) -> String? {
        // Drivers do not all bear to be unloaded, so that this is for good.
        guard dlopen(library, RTLD_LAZY | RTLD_LOCAL) == nil else { return nil }
        return dlerror().map { String(cString: $0) } ?? "\(library) does not open"
    }
}

extension Result where Failure == BackendError {
    /// Why it failed, in words.
    fileprivate var failure: String? {
        if case .failure(let error) = self { return "\(error)" }
        return nil
    }
}

extension String {
    /// Without white space around it.
    fileprivate var trimmed: String {
        let kept = drop { $0.isWhitespace }
        return String(kept.reversed().drop { $0.isWhitespace }.reversed())
    }
}
