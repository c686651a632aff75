import COpenCL
import OcellusGraph
import Synchronization

/// The OpenCL devices of this machine.
public struct OpenCLDevices: Sendable {
    /// Every device found, in the order of the drivers.
    public let devices: [OpenCLDevice]
    /// Why there are none, or which drivers failed; empty when all is well.
    public let problems: [String]

    /// Looks for devices. A machine without OpenCL has none; a driver that fails hides only its own.
    public static func find() -> OpenCLDevices { find(OpenCLLibrary.shared) }

    /// Every device found, in the order of the drivers.
    public static func all() -> [OpenCLDevice] { find().devices }

    /// Looks for devices through another library than the system's, for tests.
    package static func find(libraryPaths: [String]) -> OpenCLDevices { find(OpenCLLibrary.open(paths: libraryPaths)) }

    // Drivers prepare their devices when they are first asked for; PoCL crashes when two threads ask at once.
    private static let enumeration = Mutex(())

    private static func find(_ library: Result<OpenCLLibrary, BackendError>) -> OpenCLDevices {
        do {
            let library = try library.get()
            return try enumeration.withLock { _ in try enumerate(library) }
        } catch {
            return OpenCLDevices(devices: [], problems: ["\(error)"])
        }
    }

    /// The device that `name` asks for: `opencl` is the best one, `opencl:PART` the one with PART in the name of the
    /// device or of its platform, whatever the case; before all others the one whose whole name that is. Of several alike it is
    /// the first.
    /// - Throws: `BackendError` that lists the devices when none or several fit.
    public func select(_ name: String) throws -> OpenCLDevice {
        let selected = try selectAll([name])
        guard let first = selected.first, selected.count == 1 else {
            throw BackendError("'\(name)' are \(selected.count) devices, where one is wanted")
        }
        return first
    }

    /// The devices that several names ask for: each as `select` reads it, a name that is there twice being the first and the
    /// second of several alike; `/N` behind a name is that device in N parts.
    /// - Throws: `BackendError` that lists the devices when none or several fit, or a device is asked for twice.
    public func selectAll(_ names: [String]) throws -> [OpenCLDevice] {
        var taken: [String: Int] = [:]
        return try names.flatMap { whole -> [OpenCLDevice] in
            let (name, parts) = Self.parts(of: whole)
            let alike = try allAlike(name)
            let place = taken[alike[0].model, default: 0]
            taken[alike[0].model] = place + 1
            guard place < alike.count else {
                throw BackendError(
                    "'\(whole)' asks for \(alike[0].model) once more, but there \(alike.count == 1 ? "is one" : "are \(alike.count)")"
                        + "; '\(name)/2' is one device in two parts")
            }
            return try parts.map { try alike[place].split(into: $0) } ?? [alike[place]]
        }
    }

    /// A name without the `/N` behind it, and N.
    private static func parts(of name: String) -> (name: String, parts: Int?) {
        guard let slash = name.lastIndex(of: "/"), let parts = Int(name[name.index(after: slash)...]) else {
            return (name, nil)
        }
        return (String(name[..<slash]), parts)
    }

    /// The devices that a name asks for: one, or several of the same model.
    private func allAlike(_ name: String) throws -> [OpenCLDevice] {
        let part = name.lowercased().hasPrefix("opencl:") ? String(name.dropFirst("opencl:".count)) : nil
        guard part != nil || name.lowercased() == "opencl" else {
            throw BackendError("'\(name)' names no OpenCL device; write opencl or opencl:PART-OF-NAME")
        }
        guard let best = devices.max(by: { $0.score < $1.score }) else {
            throw BackendError(
                "There is no OpenCL device on this machine: "
                    + (problems.isEmpty ? "the drivers have none" : problems.joined(separator: "; ")))
        }
        guard let part, !part.isEmpty else { return devices.filter { $0.model == best.model } }

        // The name of one device may be a part of another's.
        let named = devices.filter { $0.isCalled(part) }
        let matching = named.isEmpty ? devices.filter { $0.matches(part) } : named
        guard !matching.isEmpty else {
            throw BackendError("No OpenCL device has '\(part)' in its name. There is: \(list(devices))")
        }
        guard Set(matching.map(\.model)).count == 1 else {
            throw BackendError(
                "'\(part)' fits several OpenCL devices; write more of the name. There is: \(list(matching))")
        }
        return matching
    }

    private func list(_ devices: [OpenCLDevice]) -> String { devices.map(\.title).joined(separator: ", ") }

    private static func enumerate(_ library: OpenCLLibrary) throws -> OpenCLDevices {
        let functions = library.functions
        var platformCount: cl_uint = 0
        let status = functions.clGetPlatformIDs(0, nil, &platformCount)
        let platformNotFound: cl_int = -1001  // CL_PLATFORM_NOT_FOUND_KHR, of an extension's header
        guard status != platformNotFound, platformCount > 0 || status != CL_SUCCESS else {
            return OpenCLDevices(devices: [], problems: ["libOpenCL is installed, but no driver"])
        }
        try check(status, "clGetPlatformIDs")
        var platforms = [cl_platform_id?](repeating: nil, count: Int(platformCount))
        try check(functions.clGetPlatformIDs(platformCount, &platforms, nil), "clGetPlatformIDs")

        var found: [OpenCLDevice] = []
        var problems: [String] = []
        for platform in platforms.compactMap({ $0 }) {
            do {
                found += try devices(of: platform, library)
            } catch {
                problems.append("\(error)")
            }
        }
        return OpenCLDevices(devices: numbered(found), problems: problems)
    }

    /// The same devices, those of one model told apart by their numbers.
    private static func numbered(_ devices: [OpenCLDevice]) -> [OpenCLDevice] {
        let counts = Dictionary(grouping: devices, by: \.model).mapValues(\.count)
        var numbers: [String: Int] = [:]
        return devices.map { device in
            guard let count = counts[device.model], count > 1 else { return device }
            numbers[device.model, default: 0] += 1
            var device = device
            device.distinction = "number \(numbers[device.model] ?? 0) of \(count)"
            return device
        }
    }

    private static func devices(of platform: cl_platform_id, _ library: OpenCLLibrary) throws -> [OpenCLDevice] {
        let functions = library.functions
        func string(_ property: Int32) throws -> String {
            try readString("clGetPlatformInfo") { size, bytes, needed in
                functions.clGetPlatformInfo(platform, cl_platform_info(property), size, bytes, needed)
            }
        }
        let information = PlatformInformation(
            name: try string(CL_PLATFORM_NAME), version: try string(CL_PLATFORM_VERSION))

        var count: cl_uint = 0
        let everyType = cl_device_type(CL_DEVICE_TYPE_ALL)
        let status = functions.clGetDeviceIDs(platform, everyType, 0, nil, &count)
        guard status != CL_DEVICE_NOT_FOUND, count > 0 || status != CL_SUCCESS else { return [] }
        try check(status, "clGetDeviceIDs", device: information.name)
        var ids = [cl_device_id?](repeating: nil, count: Int(count))
        try check(
            functions.clGetDeviceIDs(platform, everyType, count, &ids, nil), "clGetDeviceIDs",
            device: information.name)
        return try ids.compactMap { $0 }.map {
            try OpenCLDevice($0, platform: information, library: library)
        }
    }
}
