/// How much the loss is scaled up for gradients that are stored as FP16, so that small ones do not vanish: as much as does
/// not make large ones overflow, found out on the way (Micikevicius et al., "Mixed Precision Training", ICLR 2018; the
/// constants are those of PyTorch's `GradScaler`).
public struct LossScale: Sendable, Codable, Equatable {
    /// What the loss is multiplied by: a power of two.
    public private(set) var value: Float = 65536
    /// Steps taken since the scale has last changed.
    public private(set) var stepsSinceChange = 0
    /// Steps of the current stage that were skipped, because some gradient was infinite or no number.
    public private(set) var skippedSteps = 0
    /// Those of them in the current epoch.
    public private(set) var skippedStepsOfEpoch = 0

    /// After so many steps without an overflow the scale is doubled.
    public static let growthInterval = 2000
    /// When gradients overflow at so small a scale, it is not the scale that makes them.
    public static let smallest: Float = 1 / 1024

    /// The scale of a run that begins.
    public init() {}

    /// Takes note of a step that was taken, or skipped.
    package mutating func record(isSkipped: Bool) {
        if isSkipped {
            value /= 2
            stepsSinceChange = 0
            skippedSteps += 1
            skippedStepsOfEpoch += 1
        } else {
            stepsSinceChange += 1
            guard stepsSinceChange == Self.growthInterval else { return }
            stepsSinceChange = 0
            if (value * 2).isFinite { value *= 2 }
        }
    }

    /// An epoch begins.
    mutating func beginEpoch() { skippedStepsOfEpoch = 0 }

    /// A stage begins, whose optimiser starts anew.
    mutating func beginStage() { skippedSteps = 0 }
}
