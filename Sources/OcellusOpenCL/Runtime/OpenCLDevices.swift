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
    /// device or of its platform, whatever the case.
    /// - Throws: `BackendError` that lists the devices when none or several fit.
    public func select(_ name: String) throws -> OpenCLDevice {
        let part = name.lowercased().hasPrefix("opencl:") ? String(name.dropFirst("opencl:".count)) : nil
        guard part != nil || name.lowercased() == "opencl" else {
            throw BackendError("'\(name)' names no OpenCL device; write opencl or opencl:PART-OF-NAME")
        }
        guard let best = devices.max(by: { $0.score < $1.score }) else {
            throw BackendError(
                "There is no OpenCL device on this machine: "
                    + (problems.isEmpty ? "the drivers have none" : problems.joined(separator: "; ")))
        }
        guard let part, !part.isEmpty else { return best }

        let matching = devices.filter { $0.matches(part) }
        guard let first = matching.first else {
            throw BackendError("No OpenCL device has '\(part)' in its name. There is: \(list(devices))")
        }
        // Several alike, as in a machine with eight cards of one kind: the first.
        guard Set(matching.map(\.title)).count == 1 else {
            throw BackendError(
                "'\(part)' fits several OpenCL devices; write more of the name. There is: \(list(matching))")
        }
        return first
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
        return OpenCLDevices(devices: found, problems: problems)
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
