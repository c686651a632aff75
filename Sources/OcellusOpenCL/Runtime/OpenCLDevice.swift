import COpenCL
import OcellusGraph

/// A device that an OpenCL driver offers.
public struct OpenCLDevice: Sendable {
    /// What kind of hardware it is; better ones compare greater.
    public enum Kind: Int, Sendable, Comparable, CustomStringConvertible {
        case other, cpu, accelerator, gpu

        /// As `GPU`.
        public var description: String {
            switch self {
            case .gpu: "GPU"
            case .accelerator: "accelerator"
            case .cpu: "CPU"
            case .other: "device"
            }
        }

        /// By what is likely faster.
        public static func < (a: Kind, b: Kind) -> Bool { a.rawValue < b.rawValue }
    }

    /// Name, memory and alignment.
    public let description: DeviceDescription
    /// The kind of hardware.
    public let kind: Kind
    /// The platform (driver collection) that it belongs to, as `NVIDIA CUDA`.
    public let platformName: String
    /// The platform's version, as `OpenCL 3.0 CUDA 12.4`.
    public let platformVersion: String
    /// The version of OpenCL that the device has, with the driver's addition.
    public let deviceVersion: String
    /// The driver's version.
    public let driverVersion: String
    /// Compute units, as the driver counts them.
    public let computeUnits: Int
    /// An estimate of its speed for the choice among several: kind first, then units times clock.
    public let score: Int

    /// What the device has beyond its version of OpenCL: `cl_khr_fp16`, …
    public let extensions: [String]
    /// Whether it is Oclgrind, which checks kernels while it interprets them.
    public let isSimulator: Bool
    /// Floats in one vector register, as the driver says.
    public let vectorWidth: Int
    /// The most work-items that a work-group may have.
    public let maximumWorkGroupSize: Int
    /// Bytes of local memory of a work-group.
    public let localMemoryByteCount: Int
    /// The most bytes that one buffer may have.
    public let maximumBufferByteCount: Int
    /// Whether its memory is the host's.
    public let sharesHostMemory: Bool
    /// What tells it apart from others of its name, as `part 1 of 2`; empty where there are none.
    var distinction = ""
    /// OpenCL's handle.
    let id: DeviceID
    private(set) var library: OpenCLLibrary

    /// A handle of a device. Root devices live as long as the process, and are neither retained nor released.
    struct DeviceID: @unchecked Sendable {
        let handle: cl_device_id
        /// What keeps a part of a device.
        var part: DevicePart?
    }

    /// Asks the driver for all that is to be known.
    /// - Parameters:
    ///   - part: what keeps the handle, where it is of a part of a device.
    ///   - partCount: how many such parts there are, which share the device's memory.
    init(
        _ id: cl_device_id, platform: PlatformInformation, library: OpenCLLibrary, part: DevicePart? = nil,
        partCount: Int = 1
    ) throws {
        let query = DeviceQuery(library: library, device: id)
        self.id = DeviceID(handle: id, part: part)
        self.library = library
        platformName = platform.name
        platformVersion = platform.version
        deviceVersion = try query.string(CL_DEVICE_VERSION)
        driverVersion = try query.string(CL_DRIVER_VERSION)
        computeUnits = Int(try query.value(CL_DEVICE_MAX_COMPUTE_UNITS, cl_uint(0)))
        vectorWidth = Int(try query.value(CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT, cl_uint(0)))
        maximumWorkGroupSize = try query.value(CL_DEVICE_MAX_WORK_GROUP_SIZE, Int(0))
        localMemoryByteCount = Int(try query.value(CL_DEVICE_LOCAL_MEM_SIZE, cl_ulong(0)))
        maximumBufferByteCount = Int(clamping: try query.value(CL_DEVICE_MAX_MEM_ALLOC_SIZE, cl_ulong(0)))
        sharesHostMemory = try query.value(CL_DEVICE_HOST_UNIFIED_MEMORY, cl_bool(0)) != 0

        extensions = try query.string(CL_DEVICE_EXTENSIONS).split(separator: " ").map(String.init)

        let type = Int(try query.value(CL_DEVICE_TYPE, cl_device_type(0)))
        isSimulator = platform.name == "Oclgrind"
        kind =
            if isSimulator {
                .other  // it says that it is everything
            } else if type & Int(CL_DEVICE_TYPE_GPU) != 0 {
                .gpu
            } else if type & Int(CL_DEVICE_TYPE_ACCELERATOR) != 0 {
                .accelerator
            } else if type & Int(CL_DEVICE_TYPE_CPU) != 0 {
                .cpu
            } else {
                .other
            }
        let clock = Int(try query.value(CL_DEVICE_MAX_CLOCK_FREQUENCY, cl_uint(0)))
        score = kind.rawValue * 1_000_000_000 + min(computeUnits * max(clock, 1), 999_999_999)

        let alignmentBits = Int(try query.value(CL_DEVICE_MEM_BASE_ADDR_ALIGN, cl_uint(0)))
        description = DeviceDescription(
            backend: "opencl", name: try query.string(CL_DEVICE_NAME),
            detail: "\(platform.name), driver \(driverVersion), \(deviceVersion)",
            memoryByteCount: Int(clamping: try query.value(CL_DEVICE_GLOBAL_MEM_SIZE, cl_ulong(0))) / partCount,
            // At least a float16, so that vector loads from the start of a region are aligned.
            alignment: max(alignmentBits / 8, 64))
    }

    /// Whether `part` occurs in the platform's or the device's name or version, whatever the case.
    func matches(_ part: String) -> Bool {
        let part = part.lowercased()
        return [platformName, platformVersion, description.name, deviceVersion]
            .contains { $0.lowercased().contains(part) }
    }

    /// Whether that is the platform's or the device's whole name, whatever the case.
    func isCalled(_ name: String) -> Bool {
        [platformName, description.name].contains { $0.lowercased() == name.lowercased() }
    }

    /// The same device by way of other functions: how tests make a driver fail.
    package func replacingFunctions(_ change: (inout OcellusOpenCLFunctions) -> Void) -> OpenCLDevice {
        var functions = library.functions
        change(&functions)
        var copy = self
        copy.library = OpenCLLibrary(functions)
        return copy
    }

    /// As `NVIDIA H200 (NVIDIA CUDA)`: the same for several alike.
    var model: String { "\(description.name) (\(platformName))" }

    /// As `NVIDIA H200 (NVIDIA CUDA), number 2 of 8`.
    public var title: String { model + (distinction.isEmpty ? "" : ", " + distinction) }
}

/// Name and version of a platform.
struct PlatformInformation {
    let name: String
    let version: String
}

/// Reads properties of a device.
private struct DeviceQuery {
    let library: OpenCLLibrary
    let device: cl_device_id

    func value<Value: BitwiseCopyable>(_ property: some BinaryInteger, _ initial: Value) throws -> Value {
        var value = initial
        try check(
            library.functions.clGetDeviceInfo(
                device, cl_device_info(property), MemoryLayout<Value>.size, &value, nil), "clGetDeviceInfo")
        return value
    }

    func string(_ property: some BinaryInteger) throws -> String {
        try readString("clGetDeviceInfo") { size, bytes, needed in
            library.functions.clGetDeviceInfo(device, cl_device_info(property), size, bytes, needed)
        }
    }
}

/// Asks for a string's length, then for the string; strips the zero byte and blanks around it.
func readString(
    _ call: String, _ query: (Int, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>?) -> cl_int
) throws -> String {
    var size = 0
    try check(query(0, nil, &size), call)
    var bytes = [UInt8](repeating: 0, count: size)
    try check(query(size, &bytes, nil), call)
    let text = bytes.prefix { $0 != 0 }
    let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x0A || byte == 0x09 }
    return String(
        decoding: text.drop(while: isBlank).reversed().drop(while: isBlank).reversed(), as: UTF8.self)
}
