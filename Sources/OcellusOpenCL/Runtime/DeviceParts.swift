import COpenCL
import OcellusGraph

/// Keeps a part of a device as long as it is used.
final class DevicePart: @unchecked Sendable {
    // OpenCL's calls on a device are safe from any thread.

    let handle: cl_device_id
    private let library: OpenCLLibrary

    /// Takes over `handle`.
    init(_ handle: cl_device_id, _ library: OpenCLLibrary) {
        self.handle = handle
        self.library = library
    }

    deinit { _ = library.functions.clReleaseDevice(handle) }
}

extension OpenCLDevice {
    /// The device in `count` parts of equally many compute units, which work at the same time and share its memory
    /// (`clCreateSubDevices`). Drivers for CPUs can do that, those for GPUs seldom.
    ///
    /// - Throws: `BackendError` when it has not so many units, or its driver cannot split it.
    public func split(into count: Int) throws -> [OpenCLDevice] {
        guard 1...computeUnits ~= count else {
            throw BackendError(
                "\(title) cannot be split into \(count) parts: it has \(computeUnits) compute unit\(computeUnits == 1 ? "" : "s")"
            )
        }
        let properties: [cl_device_partition_property] = [
            cl_device_partition_property(CL_DEVICE_PARTITION_EQUALLY),
            cl_device_partition_property(computeUnits / count), 0,
        ]
        // Units may be left over for more parts than are wanted.
        let most = computeUnits / (computeUnits / count)
        var handles = [cl_device_id?](repeating: nil, count: most)
        var made: cl_uint = 0
        let status = library.functions.clCreateSubDevices(id.handle, properties, cl_uint(most), &handles, &made)
        guard status == CL_SUCCESS else {
            throw BackendError(
                "\(title) cannot be split into \(count) parts: its driver answers \(statusName(status))")
        }
        let parts = handles.prefix(Int(made)).compactMap { $0 }.map { DevicePart($0, library) }
        guard parts.count >= count else {
            throw BackendError("\(title) was split into \(parts.count) parts, not into \(count)")
        }
        let platform = PlatformInformation(name: platformName, version: platformVersion)
        return try parts.prefix(count).enumerated().map { index, part in
            var device = try OpenCLDevice(
                part.handle, platform: platform, library: library, part: part, partCount: count)
            device.distinction = (distinction.isEmpty ? "" : distinction + ", ") + "part \(index + 1) of \(count)"
            return device
        }
    }
}
