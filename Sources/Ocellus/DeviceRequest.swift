import OcellusCPU
import OcellusGraph
import OcellusOpenCL

/// What a person asks to compute on.
public enum DeviceRequest: Sendable, Equatable, CustomStringConvertible {
    /// The best OpenCL GPU that passes a self-test, else the CPU.
    case auto
    /// The CPU backend.
    case cpu
    /// An OpenCL device: by a part of its name or its platform's, or the best when nil.
    case openCL(name: String?)
    /// Several OpenCL devices, which train together; each as `opencl:PART-OF-NAME`, where a name that is there twice means two
    /// devices alike, and `/N` behind a name that device in N parts.
    case several([String])

    /// Reads `auto`, `cpu`, `opencl`, `opencl:PART-OF-NAME`, one of the last two with `/N`, or several of these separated by
    /// commas; nil for anything else.
    public init?(_ text: String) {
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map {
            $0.trimmingPrefix(while: \.isWhitespace)
        }
        let partCount = text.split(separator: "/").dropFirst().last.flatMap { Int($0) }
        if names.count > 1 || partCount != nil {
            guard
                names.allSatisfy({
                    $0.lowercased() == "opencl" || $0.lowercased().hasPrefix("opencl:")
                        || $0.lowercased().hasPrefix("opencl/")
                })
            else { return nil }
            self = .several(names.map { String($0) })
            return
        }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        switch (parts.first?.lowercased(), parts.count) {
        case ("auto", 1): self = .auto
        case ("cpu", 1): self = .cpu
        case ("opencl", 1): self = .openCL(name: nil)
        case ("opencl", 2) where !parts[1].isEmpty: self = .openCL(name: String(parts[1]))
        default: return nil
        }
    }

    /// As it is read.
    public var description: String {
        switch self {
        case .auto: "auto"
        case .cpu: "cpu"
        case .openCL(let name): name.map { "opencl:" + $0 } ?? "opencl"
        case .several(let names): names.joined(separator: ",")
        }
    }
}

/// A device that was chosen, and why.
public struct ChosenDevice: Sendable {
    /// What runs the networks.
    public let backend: any Backend
    /// Devices that train together with it, as asked for.
    public let helpers: [any Backend]
    /// Why this one, in words for a person.
    public let reason: String

    /// Finds what was asked for.
    ///
    /// - Parameters:
    ///   - threads: how many threads the CPU backend uses; nil for one a core.
    ///   - memoryLimit: how much of the device's memory may be taken; nil for all of it.
    ///   - tuning: whether an OpenCL device runs the kernels that were found quickest on it. None are looked for here: that
    ///     takes a network, see `tuned`.
    ///   - denseWeights: what the CPU backend keeps dense layers' weights in for inference. Other than FP32 is the CPU's alone,
    ///     so that `auto` takes it.
    ///   - allowsSeveral: whether several devices may be asked for.
    ///   - precision: in what numbers plans on it compute. Other than FP32 is OpenCL's alone, so that `auto` takes a GPU or fails.
    ///   - willCheck: called with a device's name before its operations are checked, which is done when it is first used with
    ///     its driver and takes some seconds.
    /// - Throws: `BackendError` when there is no such device, saying which there are, or it does not compute so. `auto` never
    ///   fails for lack of OpenCL in FP32.
    public init(
        _ request: DeviceRequest, threads: Int? = nil, memoryLimit: ByteCount? = nil,
        denseWeights: DenseWeightPrecision = .fp32, precision: Precision = .fp32, allowsSeveral: Bool = false,
        tuning: KernelTuning = .kept,
        willCheck: (String) -> Void = { _ in }
    ) throws {
        var helpers: [any Backend] = []
        switch request {
        case _ where denseWeights != .fp32 && precision != .fp32:
            throw BackendError(
                "dense weights in \(denseWeights.rawValue) are the CPU's alone, which computes in fp32, and "
                    + "\(precision.rawValue) is asked for; leave out one of the two")
        case .cpu where precision != .fp32:
            throw Self.cannot(precision, "the CPU backend on '\(try CPUBackend().device.name)'", can: [.fp32])
        case .cpu:
            backend = try CPUBackend(threads: threads, denseWeights: denseWeights)
            reason = "as asked for"
        case .auto where denseWeights != .fp32:
            backend = try CPUBackend(threads: threads, denseWeights: denseWeights)
            reason = "dense weights in \(denseWeights.rawValue) are the CPU's alone"
        case .openCL where denseWeights != .fp32, .several where denseWeights != .fp32:
            throw BackendError(
                "dense weights in \(denseWeights.rawValue) are the CPU's alone, and '\(request)' is asked for; ask for 'cpu'"
            )
        case .openCL:
            let device = try OpenCLDevices.find().select(request.description)
            let (checked, remark) = try Self.checked(device, threads: threads, precision, tuning, willCheck)
            backend = checked
            reason = "as asked for; " + remark
        case .several(let names):
            guard allowsSeveral else {
                throw BackendError(
                    "'\(request)' are several devices; only training takes more than one: name one of them")
            }
            let devices = try OpenCLDevices.find().selectAll(names)
            let checked = try devices.map { try Self.checked($0, threads: threads, precision, tuning, willCheck) }
            guard let first = checked.first else { throw BackendError("'\(request)' names no device") }
            backend = first.backend
            helpers = checked.dropFirst().map(\.backend)
            reason = "as asked for; each: " + first.remark
        case .auto:
            self = try Self.best(threads: threads, precision, tuning, willCheck)
            if let memoryLimit { backend.memory.restrict(to: memoryLimit.bytes) }
            return
        }
        self.helpers = helpers
        if let memoryLimit { for backend in backends { backend.memory.restrict(to: memoryLimit.bytes) } }
    }

    /// All devices, the first of which keeps the weights.
    public var backends: [any Backend] { [backend] + helpers }

    /// A device with kernels that compute rightly.
    /// - Throws: `BackendError` when it has not those that it needs.
    private static func checked(
        _ device: OpenCLDevice, threads: Int?, _ precision: Precision, _ tuning: KernelTuning,
        _ willCheck: (String) -> Void
    ) throws -> (backend: OpenCLBackend, remark: String) {
        let possible = device.precisions
        guard possible.contains(precision) else {
            throw cannot(precision, "'\(device.description.name)'", can: possible)
        }
        var choices = KernelChoices()
        if !device.isSimulator {
            let check = try DeviceCheck.of(device, precision: precision, threads: threads) {
                willCheck(device.description.name)
            }
            if let refusal = check.refusal {
                throw BackendError(
                    "'\(device.description.name)' computes wrongly: \(refusal). See 'ocellus doctor'")
            }
            choices = check.choices
            if tuning != .off { choices.tuned = TunedKernels.kept(for: device).choices }
        }
        let backend = try OpenCLBackend(device, choices: choices, precision: precision)
        try SelfTest.run(backend, against: CPUBackend(threads: threads))
        let replaced = choices.refused.union(choices.families.keys).sorted()
        return (
            backend,
            "it passed its self-test"
                + (backend.matrixUnits == nil ? "" : " on its tensor cores")
                + (backend.matrixUnitsProblem.map { ", without tensor cores (\($0))" } ?? "")
                + (replaced.isEmpty ? "" : ", with other kernels for \(replaced.joined(separator: ", "))")
        )
    }

    init(_ backend: any Backend, helpers: [any Backend] = [], reason: String) {
        self.backend = backend
        self.reason = reason
        self.helpers = helpers
    }

    /// A device that does not compute in a precision.
    private static func cannot(_ precision: Precision, _ device: String, can: [Precision]) -> BackendError {
        BackendError(
            "\(device) does not compute in \(precision.rawValue); it can do \(can.map(\.rawValue).joined(separator: ", "))"
                + (can == [.fp32] ? ". For others ask for an OpenCL device: 'ocellus devices' lists them" : ""))
    }

    private static func best(
        threads: Int?, _ precision: Precision, _ tuning: KernelTuning, _ willCheck: (String) -> Void
    ) throws -> ChosenDevice {
        let cpu = try CPUBackend(threads: threads)
        let found = OpenCLDevices.find()
        let gpus = found.devices.filter { $0.kind == .gpu }.sorted { $0.score > $1.score }
        var refusals: [String] = []
        for gpu in gpus {
            do {
                let (backend, remark) = try checked(gpu, threads: threads, precision, tuning, willCheck)
                return ChosenDevice(backend, reason: (gpus.count == 1 ? "the GPU; " : "the best GPU; ") + remark)
            } catch {
                refusals.append("\(gpu.description.name) is not used: \(error)")
            }
        }
        guard precision == .fp32 else {
            let why = refusals.isEmpty ? "there is no OpenCL GPU" : refusals.joined(separator: "; ")
            throw BackendError(
                "nothing computes in \(precision.rawValue): \(why), and the CPU backend on '\(cpu.device.name)' computes in fp32 "
                    + "alone. Name an OpenCL device with --device ('ocellus devices' lists them), or take fp32")
        }
        if !refusals.isEmpty { return ChosenDevice(cpu, reason: refusals.joined(separator: "; ")) }
        if let problem = found.problems.first, found.devices.isEmpty {
            return ChosenDevice(cpu, reason: "no OpenCL GPU: \(problem)")
        }
        return ChosenDevice(cpu, reason: "no OpenCL GPU found")
    }
}
