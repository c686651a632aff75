import OcellusGraph

/// Which kernels a device runs where it is not the usual ones: those of a family that failed are not used, and those that
/// were measured to be quickest are.
public struct KernelChoices: Sendable, Hashable, Codable {
    /// The family of an operation's kernels, by the operation's name, where it is not the device's own.
    public var families: [String: KernelFamily]
    /// Operations that no family computes rightly. Fused ones then stay unfused; without another one no plan can be made.
    public var refused: Set<String>
    /// Whether work-items multiply by themselves although the device has units for it.
    public var avoidsMatrixUnits: Bool
    /// Parameters of an operation on certain shapes, by `TuningKey.text`. They change the last bits of what is computed.
    public var tuned: [String: KernelParameters]

    /// The usual ones, but for those given.
    public init(
        families: [String: KernelFamily] = [:], refused: Set<String> = [], avoidsMatrixUnits: Bool = false,
        tuned: [String: KernelParameters] = [:]
    ) {
        self.families = families
        self.refused = refused
        self.avoidsMatrixUnits = avoidsMatrixUnits
        self.tuned = tuned
    }

    /// Reads what was written, also before there were tuned parameters.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        families = try container.decode([String: KernelFamily].self, forKey: .families)
        refused = try container.decode(Set<String>.self, forKey: .refused)
        avoidsMatrixUnits = try container.decodeIfPresent(Bool.self, forKey: .avoidsMatrixUnits) ?? false
        tuned = try container.decodeIfPresent([String: KernelParameters].self, forKey: .tuned) ?? [:]
    }

    /// The parameters chosen for an operation, if any.
    func parameters(
        of operation: any Operation, _ inputs: [TensorDescription], _ outputs: [TensorDescription], capacity: Int,
        in precision: Precision
    ) -> KernelParameters? {
        guard !tuned.isEmpty, let operation = operation as? any TunableOperation else { return nil }
        return tuned[
            TuningKey(operation, inputs: inputs, outputs: outputs, capacity: capacity, precision: precision).text]
    }
}
