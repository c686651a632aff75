/// Which kernels a device runs where it is not the usual ones: those of a family that failed are not used.
public struct KernelChoices: Sendable, Hashable, Codable {
    /// The family of an operation's kernels, by the operation's name, where it is not the device's own.
    public var families: [String: KernelFamily]
    /// Operations that no family computes rightly. Fused ones then stay unfused; without another one no plan can be made.
    public var refused: Set<String>
    /// Whether work-items multiply by themselves although the device has units for it.
    public var avoidsMatrixUnits: Bool

    /// The usual ones, but for those given.
    public init(
        families: [String: KernelFamily] = [:], refused: Set<String> = [], avoidsMatrixUnits: Bool = false
    ) {
        self.families = families
        self.refused = refused
        self.avoidsMatrixUnits = avoidsMatrixUnits
    }
}
