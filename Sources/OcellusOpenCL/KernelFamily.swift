import FoundationEssentials

/// What the kernels of the heavy operations are shaped for.
public enum KernelFamily: String, Sendable, Codable, CaseIterable {
    /// Work-groups that share tiles in local memory, 4-wide loads: GPUs.
    case tiled
    /// One work-item a group that keeps rows of `float16` in registers: CPUs that an OpenCL driver offers.
    case wide

    /// The other one.
    public var other: KernelFamily { self == .tiled ? .wide : .tiled }

    /// What fits a device, unless the environment variable `OCELLUS_OPENCL_KERNELS` says `tiled` or `wide`.
    static func fitting(_ device: OpenCLDevice) -> KernelFamily {
        let forced = ProcessInfo.processInfo.environment["OCELLUS_OPENCL_KERNELS"].flatMap(KernelFamily.init)
        return forced ?? (device.kind == .cpu ? .wide : .tiled)
    }
}
