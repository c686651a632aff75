import COpenCL
import OcellusGraph

/// A built OpenCL program.
final class Program {
    let handle: cl_program
    let name: String
    private let context: Context

    /// Builds `source`.
    /// - Throws: `BackendError` with the compiler's log when it does not build.
    convenience init(_ source: KernelSource, options: String, _ context: Context, label: String) throws {
        var status: cl_int = CL_SUCCESS
        let handle = source.text.withCString { text in
            var text: UnsafePointer<CChar>? = text
            return context.functions.clCreateProgramWithSource(context.handle, 1, &text, nil, &status)
        }
        try context.check(status, "clCreateProgramWithSource (\(source.name))", label: label)
        try self.init(handle, name: source.name, context)
        try build(options: options, label: label)
    }

    /// Loads what `binary()` gave.
    /// - Throws: `BackendError` when the driver does not take it.
    convenience init(
        binary: [UInt8], name: String, options: String, _ context: Context, label: String
    ) throws {
        var status: cl_int = CL_SUCCESS
        var binaryStatus: cl_int = CL_SUCCESS
        var device: cl_device_id? = context.device.id.handle
        let handle = binary.withUnsafeBufferPointer { bytes in
            var length = bytes.count
            var start = bytes.baseAddress
            return context.functions.clCreateProgramWithBinary(
                context.handle, 1, &device, &length, &start, &binaryStatus, &status)
        }
        try context.check(status, "clCreateProgramWithBinary (\(name))", label: label)
        try self.init(handle, name: name, context)
        try context.check(binaryStatus, "clCreateProgramWithBinary (\(name))", label: label)
        try build(options: options, label: label)
    }

    private init(_ handle: cl_program?, name: String, _ context: Context) throws {
        guard let handle else { throw BackendError("OpenCL gave no program for \(name)") }
        self.handle = handle
        self.name = name
        self.context = context
    }

    deinit { _ = context.functions.clReleaseProgram(handle) }

    private func build(options: String, label: String) throws {
        var device: cl_device_id? = context.device.id.handle
        let status = context.functions.clBuildProgram(handle, 1, &device, options, nil, nil)
        guard status != CL_SUCCESS else { return }
        let log = try? readString("clGetProgramBuildInfo") { size, bytes, needed in
            context.functions.clGetProgramBuildInfo(
                handle, device, cl_program_build_info(CL_PROGRAM_BUILD_LOG), size, bytes, needed)
        }
        throw BackendError(
            "The OpenCL kernel \(name) for '\(label)' does not build on \(context.device.title): "
                + "\(statusName(status)), options \(options)\n\(log ?? "")")
    }

    /// The compiled form, for the cache; nil when the driver gives none.
    func binary() throws -> [UInt8]? {
        var size = 0
        let functions = context.functions
        try context.check(
            functions.clGetProgramInfo(
                handle, cl_program_info(CL_PROGRAM_BINARY_SIZES), MemoryLayout<Int>.size, &size, nil),
            "clGetProgramInfo")
        guard size > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: size)
        try bytes.withUnsafeMutableBufferPointer { buffer in
            var start = buffer.baseAddress
            try context.check(
                functions.clGetProgramInfo(
                    handle, cl_program_info(CL_PROGRAM_BINARIES), MemoryLayout<UnsafeMutablePointer<UInt8>>.size,
                    &start, nil), "clGetProgramInfo")
        }
        return bytes
    }
}
