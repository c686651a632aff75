import COpenCL
import FoundationEssentials
import OcellusGraph

/// The OpenCL library of this machine, opened at run time.
final class OpenCLLibrary: @unchecked Sendable {
    // The table is filled once, in `init`, and only read afterwards.

    /// OpenCL's functions, each under its own name.
    let functions: OcellusOpenCLFunctions

    /// The library of this process, or why there is none. `OCELLUS_OPENCL_LIBRARY` names another file.
    static let shared: Result<OpenCLLibrary, BackendError> = {
        let named = ProcessInfo.processInfo.environment["OCELLUS_OPENCL_LIBRARY"]
        return open(paths: named.map { [$0] } ?? ["libOpenCL.so.1", "libOpenCL.so"])
    }()

    /// The first library of `paths` that opens and has every function of OpenCL 1.2.
    static func open(paths: [String]) -> Result<OpenCLLibrary, BackendError> {
        var reasons: [String] = []
        let functions = UnsafeMutablePointer<OcellusOpenCLFunctions>.allocate(capacity: 1)
        defer { functions.deallocate() }
        for path in paths {
            var message = [CChar](repeating: 0, count: 512)
            if ocellus_opencl_load(path, functions, &message, message.count) {
                return .success(OpenCLLibrary(functions.pointee))
            }
            reasons.append(String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
        }
        return .failure(
            BackendError("no OpenCL library opens: \(reasons.joined(separator: "; "))"))
    }

    /// A library of functions given.
    init(_ functions: OcellusOpenCLFunctions) { self.functions = functions }
}

/// Turns a status into an error that names the call, the operation it was made for and the device.
/// - Throws: `BackendError` for every status but `CL_SUCCESS`.
func check(_ status: cl_int, _ call: String, label: String? = nil, device: String? = nil) throws {
    guard status != CL_SUCCESS else { return }
    throw BackendError(
        "OpenCL's \(call) failed with \(statusName(status))"
            + (label.map { " at '\($0)'" } ?? "") + (device.map { " on \($0)" } ?? "") + statusAdvice(status))
}

/// As `CL_OUT_OF_RESOURCES (-5)`.
func statusName(_ status: cl_int) -> String {
    (ocellus_opencl_status_name(status).map { String(cString: $0) } ?? "an unknown code") + " (\(status))"
}

/// What a user can do about it, where there is something.
private func statusAdvice(_ status: cl_int) -> String {
    switch status {
    case CL_MEM_OBJECT_ALLOCATION_FAILURE, CL_INVALID_BUFFER_SIZE:
        "; the device has not that much memory in one piece: try a smaller batch"
    case CL_DEVICE_NOT_AVAILABLE: "; the device was lost: the system's log (dmesg) may say why"
    case CL_OUT_OF_RESOURCES: "; the device ran out of memory or registers: try a smaller batch"
    default: ""
    }
}
