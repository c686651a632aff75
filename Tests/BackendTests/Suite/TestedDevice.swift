import Foundation
import OcellusCPU
import OcellusGraph
import OcellusOpenCL
import Testing

/// A backend with one of the choices it offers forced, as the suite meets it.
struct TestedDevice: CustomTestStringConvertible, CustomStringConvertible, Sendable {
    /// As `CPU avx2` or `PoCL wide`.
    let description: String
    /// Whether it is a simulator: slow, but it finds what is wrong with an access.
    let isSimulated: Bool
    /// The most cases of an operation that are run; nil for all.
    private let caseLimit: Int?
    private let make: @Sendable (Precision) throws -> any Backend
    @DeviceActor private static var opened: [String: any Backend] = [:]

    private init(
        _ description: String, isSimulated: Bool = false, caseLimit: Int? = nil,
        _ make: @escaping @Sendable (Precision) throws -> any Backend
    ) {
        self.description = description
        self.isSimulated = isSimulated
        self.caseLimit = caseLimit
        self.make = make
    }

    var testDescription: String { description }

    /// The backend, opened when it is first asked for, on the thread of all use of it.
    @DeviceActor func backend() throws -> any Backend {
        // The CPU is opened anew each time: its scratch memory only grows, and what was reserved for one step would hide
        // that another reserves too little.
        if description.hasPrefix("CPU") { return try make(.fp32) }
        if let backend = Self.opened[description] { return backend }
        let backend = try isSimulated ? OclgrindLog.shared.whileChecking { try make(.fp32) } : make(.fp32)
        Self.opened[description] = backend
        return backend
    }

    /// Whether every case runs on every device, the simulator included, with activations stored in fewer bits and with every set of
    /// parameters too, which takes long: `OCELLUS_TEST_PARAMETERS=all`. Else the kernels for GPUs are compiled without
    /// optimisation: what is unrolled for a GPU's registers takes a CPU's compiler minutes, and no CPU is meant to run it.
    static let isComplete = ProcessInfo.processInfo.environment["OCELLUS_TEST_PARAMETERS"] == "all"

    /// Every OpenCL device with the kernels for GPUs as matrix units would run them: each skeleton, with the usual tiles and
    /// with large ones, which no test's shape is large enough for. What stands for the instructions takes its time: large tiles
    /// get two cases, on one device and not in each precision; `OCELLUS_TEST_PARAMETERS=all` gives all.
    static func withMatrixUnits(_ precision: Precision) -> [TestedDevice] {
        let (large, tall) = (MatrixTile.large, MatrixTile.all[2])
        var kinds: [(units: MatrixUnits, tile: MatrixTile?)] = [(.portable, nil)]
        if isComplete || precision != .bf16 { kinds.append((.portable, large)) }
        if precision == .fp16 || isComplete && precision == .bf16 {
            kinds += [large, tall, .twiceAsWide].map { (.portableWarpGroups, $0) }
            if isComplete { kinds.append((.portableWarpGroups, .twiceAsHigh)) }
        }
        return OpenCLDevices.find().devices.filter { isComplete || !$0.isSimulated }.flatMap { device in
            kinds.filter { isComplete || $0.tile == nil || device.platformName.contains("Portable") }.map { kind in
                TestedDevice(
                    "\(device.shortPlatformName) \(kind.units) in \(precision)" + (kind.tile.map { ", \($0)" } ?? ""),
                    isSimulated: device.isSimulated,
                    caseLimit: device.isSimulated ? 1 : isComplete || kind.tile == nil ? 4 : 2
                ) { _ in
                    let cache = device.isSimulated ? FileManager.default.temporaryDirectory : nil
                    return try OpenCLBackend(
                        device, kernelFamily: .tiled, precision: precision, matrixUnits: kind.units,
                        parameters: KernelParameters(tile: kind.tile), vectorWidth: device.vectorWidth,
                        optimizesKernels: isComplete, cacheFolder: cache?.appending(path: "ocellus-oclgrind"))
                }
            }
        }.filter { isWanted($0.description, by: "OCELLUS_TEST_DEVICE") }
    }

    /// The same device with plans that compute so.
    @DeviceActor func backend(in precision: Precision) throws -> any Backend { try make(precision) }

    /// Whether it is an OpenCL device.
    var isOpenCL: Bool { !description.hasPrefix("CPU") }

    /// The cases that the device has time for. The simulator does about 1 MFLOP/s: it gets a few small ones.
    func affordable(_ cases: [OperationCase], most: Int = 5) throws -> [OperationCase] {
        guard isSimulated || caseLimit != nil else { return cases }
        let small = try isSimulated ? cases.filter { try (20..<20_000).contains($0.work()) } : cases
        let most = caseLimit ?? most
        return (0..<min(most, small.count)).map { small[$0 * small.count / min(most, small.count)] }
    }

    /// Some of the cases, evenly spread, of a variant of kernels that all cases are run with otherwise.
    func sampled(_ cases: [OperationCase], most: Int) throws -> [OperationCase] {
        guard !Self.isComplete, !isSimulated, cases.count > most else { return try affordable(cases, most: 2) }
        return (0..<most).map { cases[$0 * cases.count / most] }
    }

    /// What the simulator complained of since the last call.
    func newComplaints() -> String? { isSimulated ? OclgrindLog.shared.newLines() : nil }
}

extension TestedDevice {
    /// The CPU with every instruction set that it has, with and without its special algorithms, then every OpenCL device
    /// with every family of kernels; or those that the environment variable `OCELLUS_TEST_DEVICE` names a part of.
    static let all: [TestedDevice] = {
        let winograd = [2, 4].map { tile in
            var algorithms = CPUAlgorithms.all
            algorithms.winograd = .always(tile: tile)
            return (" winograd \(tile)", algorithms)
        }
        let choices = [("", CPUAlgorithms.all), (" plain", .general)] + winograd
        let cpu = InstructionSet.available.flatMap { instructionSet in
            choices.map { name, algorithms in
                TestedDevice("CPU \(instructionSet)\(name)") { _ in
                    try CPUBackend(instructionSet: instructionSet, algorithms: algorithms)
                }
            }
        }
        let openCL = OpenCLDevices.find().devices.flatMap { device in
            KernelFamily.allCases.map { family in
                TestedDevice("\(device.shortPlatformName) \(family)", isSimulated: device.isSimulated) { precision in
                    // Oclgrind's programs are built with options of its own, so they are kept apart.
                    let cache = device.isSimulated ? FileManager.default.temporaryDirectory : nil
                    return try OpenCLBackend(
                        device, kernelFamily: family, precision: precision, vectorWidth: device.vectorWidth,
                        optimizesKernels: isComplete || family == .wide,
                        cacheFolder: cache?.appending(path: "ocellus-oclgrind"))
                }
            }
        }
        return (cpu + openCL).filter { isWanted($0.description, by: "OCELLUS_TEST_DEVICE") }
    }()
}

extension TestedDevice {
    /// Every OpenCL device with every set of parameters forced, a part of the cases each. Devices but the first share out the
    /// sets, for building the kernels takes its time, and the simulator gets a few; `OCELLUS_TEST_PARAMETERS=all` gives all to each.
    static let forced: [TestedDevice] = {
        let devices = OpenCLDevices.find().devices.sorted { !$0.isSimulated && $1.isSimulated }
        return devices.enumerated().flatMap { place, device in
            parameters.enumerated().filter {
                isComplete || place == 0 || $0.offset % (device.isSimulated ? 12 : 4) == place % 4
            }.map {
                let parameters = $0.element
                return TestedDevice(
                    "\(device.shortPlatformName) \(parameters)", isSimulated: device.isSimulated,
                    caseLimit: device.isSimulated ? 1 : 3
                ) { _ in
                    let cache = device.isSimulated ? FileManager.default.temporaryDirectory : nil
                    return try OpenCLBackend(
                        device, kernelFamily: nil, parameters: parameters, vectorWidth: device.vectorWidth,
                        optimizesKernels: isComplete || parameters.family == .wide,
                        cacheFolder: cache?.appending(path: "ocellus-oclgrind"))
                }
            }
        }.filter { isWanted($0.description, by: "OCELLUS_TEST_DEVICE") }
    }()

    private static let parameters: [KernelParameters] = {
        let shapes: [(rows: Int, vectors: Int)] = [
            (12, 2), (8, 2), (6, 2), (14, 1), (24, 1), (4, 2), (16, 1), (2, 2),
        ]
        let registers = ConvolutionAlgorithm.allCases.flatMap { algorithm in
            shapes.map { KernelParameters(family: .wide, algorithm: algorithm, rows: $0.rows, vectors: $0.vectors) }
        }
        let others = [
            KernelParameters(family: .wide, product: .mad, work: 24, groups: 3, width: 8),
            KernelParameters(family: .wide, product: .fma, rows: 9 * 2, work: 1, groups: 64, width: 16),
            KernelParameters(family: .tiled, product: .fma, groups: 7, width: 1),
            KernelParameters(family: .tiled, product: .mad, groups: 2048, width: 2),
        ]
        return others + MatrixTile.all.map { KernelParameters(family: .tiled, tile: $0) } + registers
    }()
}

extension OpenCLDevice {
    fileprivate var isSimulated: Bool { platformName.contains("Oclgrind") }

    /// The platform in one word, or the device's name.
    fileprivate var shortPlatformName: String {
        let known = ["Oclgrind": "Oclgrind", "Portable Computing Language": "PoCL", "Intel(R)": "Intel"]
        return known.first { platformName.contains($0.key) }?.value ?? description.name
    }
}

/// Whether `name` contains what an environment variable says, or the variable says nothing.
func isWanted(_ name: String, by variable: String) -> Bool {
    guard let part = ProcessInfo.processInfo.environment[variable], !part.isEmpty else { return true }
    return name.lowercased().contains(part.lowercased())
}
