import OcellusGraph

/// An exponential moving average of the weights: it is what is evaluated, and what becomes the model.
public struct WeightAverage: Sendable, Codable, Hashable {
    /// How much of the average a step keeps.
    public var decay: Float
    /// Whether the decay grows to that in the first steps (`MovingAverage`), so that the weights of an untrained network are soon
    /// forgotten.
    public var warmsUp: Bool

    /// An average; timm's `ModelEmaV3` with its warm-up unless said otherwise.
    public init(decay: Float = 0.9998, warmsUp: Bool = true) {
        self.decay = decay
        self.warmsUp = warmsUp
    }

    /// - Throws: `TrainingError` when the decay is out of its range.
    public func validate() throws {
        guard 0..<1 ~= decay else {
            throw TrainingError("the average's decay is \(decay); it must be 0 or more and below 1")
        }
    }

    /// What the name of a weight's average begins with.
    public static let prefix = "average/"
}
