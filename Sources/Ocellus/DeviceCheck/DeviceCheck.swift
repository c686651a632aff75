import Foundation
import OcellusCPU
import OcellusGraph
import OcellusOpenCL

/// What came of comparing each operation of an OpenCL device with the CPU, and so which kernels the device is used with.
public struct DeviceCheck: Sendable, Codable {
    /// How one operation fared.
    public struct Operation: Sendable, Codable {
        /// Its name.
        public let name: String
        /// The kernels that are used for it; nil when none computes it rightly.
        public var kernels: KernelFamily?
        /// How many shapes were tried.
        public let shapes: Int
        /// The largest normalised squared error of those kernels.
        public let worstError: Double
        /// What went wrong with the device's usual kernels, if anything did.
        public let failure: String?
    }

    /// All operations, by name.
    public let operations: [Operation]
    /// The kernels to use.
    public let choices: KernelChoices
    /// Why the device is not to be used; nil when it is.
    public let refusal: String?

    /// Compares each operation with the CPU; those that fail once more with the other family's kernels.
    ///
    /// - Parameters:
    ///   - usual: the family of the device.
    ///   - reference: the CPU.
    ///   - open: gives the device with the kernels asked for.
    /// - Throws: when the device cannot be opened, or the CPU fails.
    public init(
        usual: KernelFamily, against reference: any Backend, open: (KernelFamily, KernelChoices) throws -> any Backend
    ) throws {
        var choices = KernelChoices()
        let first = try open(usual, choices)
        var results = try Self.compare(first, reference)
        var failed = results.filter { $0.value.failure != nil }
        if !failed.isEmpty, (first as? OpenCLBackend)?.matrixUnits != nil {
            choices.avoidsMatrixUnits = true
            results = try Self.compare(try open(usual, choices), reference)
            failed = results.filter { $0.value.failure != nil }
        }
        var replaced: [String: OperationComparison.Result] = [:]
        if !failed.isEmpty {
            let other = try Self.compare(try open(usual.other, KernelChoices()), reference)
            for name in failed.keys {
                if let result = other[name], result.failure == nil {
                    choices.families[name] = usual.other
                    replaced[name] = result
                } else {
                    choices.refused.insert(name)
                }
            }
        }
        operations = results.map { name, result in
            let family = choices.refused.contains(name) ? nil : choices.families[name] ?? usual
            return Operation(
                name: name, kernels: family, shapes: result.shapes,
                worstError: replaced[name]?.worstError ?? result.worstError, failure: result.failure)
        }.sorted { $0.name < $1.name }
        self.choices = choices
        refusal = choices == KernelChoices() ? nil : try Self.refusal(try open(usual, choices), reference)
    }

    /// Compares once more, with the kernels chosen. An operation that is refused and that nothing stands in for has none.
    private static func refusal(_ candidate: any Backend, _ reference: any Backend) throws -> String? {
        let results = try compare(candidate, reference).filter { $0.value.failure != nil }
        guard let (name, result) = results.min(by: { $0.key < $1.key }) else { return nil }
        return "\(name): \(result.failure ?? "")"
    }

    private static func compare(
        _ candidate: any Backend, _ reference: any Backend
    ) throws -> [String: OperationComparison.Result] {
        var comparison = OperationComparison(candidate, against: reference)
        let isSupported = { (operation: any OcellusGraph.Operation, inputs, outputs) in
            candidate.supports(operation, inputs: inputs, outputs: outputs)
                && reference.supports(operation, inputs: inputs, outputs: outputs)
        }
        for entry in try CheckedGraphs.all(where: isSupported) {
            try comparison.run(
                entry.graph, inputs: entry.inputs, count: CheckedGraphs.count, isInference: entry.isInference)
        }
        return comparison.results
    }
}

extension DeviceCheck {
    /// The check of a device, as it was noted when it was first made with this driver and these kernels; else one made now,
    /// and noted.
    ///
    /// - Parameters:
    ///   - isRepeated: whether to check anew whatever is noted.
    ///   - precision: in what numbers the device is to compute.
    ///   - willRun: called before a check that takes its time.
    /// - Throws: when the device cannot be opened, or the CPU fails.
    public static func of(
        _ device: OpenCLDevice, isRepeated: Bool = false, precision: Precision = .fp32, threads: Int? = nil,
        willRun: () -> Void = {}
    ) throws -> DeviceCheck {
        let usual = try OpenCLBackend(device).kernelFamily
        let file = device.noteFile("check-\(usual)" + (precision == .fp32 ? "" : "-\(precision)"))
        if !isRepeated, let data = try? Data(contentsOf: file),
            let known = try? JSONDecoder().decode(DeviceCheck.self, from: data)
        {
            return known
        }
        willRun()
        let check = try DeviceCheck(usual: usual, against: CPUBackend(threads: threads)) { family, choices in
            try OpenCLBackend(device, kernelFamily: family, choices: choices, precision: precision)
        }
        // What cannot be noted is checked again the next time.
        try? FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try? JSONEncoder().encode(check).write(to: file, options: .atomic)
        return check
    }
}
