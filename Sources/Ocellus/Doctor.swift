import OcellusCPU
import OcellusGraph
import OcellusImages
import OcellusOpenCL

/// What there is on a machine to compute on, what is in the way of more, and whether each device computes rightly.
public struct Doctor: Sendable, Encodable {
    /// An OpenCL device: what it says of itself, and what came of its check.
    public struct Device: Sendable, Encodable {
        /// Its name.
        public let name: String
        /// `GPU`, `CPU`, …
        public let kind: String
        /// The platform and its version.
        public let platform: String
        /// The driver's version.
        public let driver: String
        /// The version of OpenCL.
        public let version: String
        /// Compute units.
        public let computeUnits: Int
        /// Floats in a vector register, as the driver says.
        public let vectorWidth: Int
        /// Bytes of memory in all, in one buffer at most, and of local memory.
        public let memoryByteCount, maximumBufferByteCount, localMemoryByteCount: Int
        /// Work-items of a group at most.
        public let maximumWorkGroupSize: Int
        /// What it has beyond its version of OpenCL.
        public let extensions: [String]
        /// In what numbers it can compute.
        public let precisions: [Precision]
        /// What came of the check; nil when it was not made.
        public let check: DeviceCheck?
        /// Why there is no check, or why the device is not used.
        public let problem: String?
        /// Seconds that the check took.
        public let seconds: Double
    }

    /// What of OpenCL is installed.
    public let findings: [Finding]
    /// The CPU backend's device.
    public let cpu: String
    /// Every OpenCL device.
    public let devices: [Device]

    /// Whether everything that is there works.
    public var isWell: Bool {
        !findings.contains { $0.state == .broken } && !devices.contains { $0.problem != nil && $0.kind != "device" }
    }

    /// Looks at the machine and checks its devices anew.
    ///
    /// - Parameters:
    ///   - precision: in what numbers devices are checked.
    ///   - progress: is told what is being done.
    /// - Throws: when the CPU backend fails.
    public init(precision: Precision = .fp32, progress: (String) -> Void = { _ in }) throws {
        let description = try CPUBackend().device
        cpu = "\(description.name), \(description.detail)"
        findings = OpenCLInstallation().findings + [ImageFormat.webp, .gif, .tiff].map { Finding(codecOf: $0) }
        devices = OpenCLDevices.find().devices.map { device in
            progress("checking \(device.description.name)")
            return Device(device, precision)
        }
    }
}

extension Finding {
    /// Whether a format's pictures can be read.
    fileprivate init(codecOf format: ImageFormat) {
        let package =
            switch format {
            case .webp: "libwebp7 and libwebpdemux2"
            case .gif: "libgif7"
            default: "libtiff6"
            }
        if let library = format.missingLibrary {
            self.init(
                "\(format) pictures", .absent, "\(library) is not there",
                advice: "to read \(format) pictures, install \(package)")
        } else {
            self.init("\(format) pictures", .ok, "can be read")
        }
    }
}

extension Doctor.Device {
    fileprivate init(_ device: OpenCLDevice, _ precision: Precision) {
        name = device.description.name
        kind = "\(device.kind)"
        platform = "\(device.platformName), \(device.platformVersion)"
        driver = device.driverVersion
        version = device.deviceVersion
        computeUnits = device.computeUnits
        vectorWidth = device.vectorWidth
        memoryByteCount = device.description.memoryByteCount
        maximumBufferByteCount = device.maximumBufferByteCount
        localMemoryByteCount = device.localMemoryByteCount
        maximumWorkGroupSize = device.maximumWorkGroupSize
        extensions = device.extensions
        precisions = device.precisions
        guard !device.isSimulator else {
            (check, problem, seconds) = (nil, "a simulator, which would take hours; not checked", 0)
            return
        }
        let start = ContinuousClock.now
        guard device.precisions.contains(precision) else {
            (check, problem, seconds) = (nil, "it does not compute in \(precision)", 0)
            return
        }
        let result = Result { try DeviceCheck.of(device, isRepeated: true, precision: precision) }
        seconds = (ContinuousClock.now - start) / .seconds(1)
        switch result {
        case .success(let made): (check, problem) = (made, made.refusal)
        case .failure(let error): (check, problem) = (nil, "\(error)")
        }
    }
}
