import Foundation

/// How the learning rate changes in the course of a stage of training: a curve, perhaps behind a linear warm-up.
///
/// Rates are those of PyTorch's `LRScheduler`s and of timm's where the two agree. The curves that fall after whole epochs count
/// them from the stage's first, warm-up included; the others take the steps that warm-up leaves.
public struct LearningRateSchedule: Sendable, Codable, Hashable {
    /// What follows the warm-up.
    public enum Curve: String, Sendable, Codable, CaseIterable {
        /// Always the same.
        case constant
        /// Times `factor` after each `epochs[0]` epochs.
        case step
        /// Times `factor` after each of the `epochs`.
        case multiStep = "multi-step"
        /// Times `factor` after each epoch.
        case exponential
        /// Falls to `minimum` as half a cosine (Loshchilov & Hutter, "SGDR", ICLR 2017).
        case cosine
        /// Rises from a 25th to the rate in three tenths of the steps, and falls to a 250,000th in the rest, both as half a
        /// cosine, while the momentum does the opposite between 0.95 and 0.85 (Smith & Topin, "Super-Convergence", 2018; PyTorch's
        /// `OneCycleLR`).
        case oneCycle = "one-cycle"
        /// Times `factor`, but not below `minimum`, when the validation loss has not fallen for more than `patience` epochs.
        case plateau
    }

    /// What follows the warm-up.
    public var curve: Curve
    /// What the rate is multiplied by where the curve falls, 0 ... 1.
    public var factor: Float
    /// After how many epochs it falls: one number for `step`, one or more for `multiStep`.
    public var epochs: [Int]
    /// Where `cosine` and `plateau` end.
    public var minimum: Float
    /// How many epochs without a lower validation loss `plateau` bears. A loss counts as lower that is below 0.9999 of the
    /// lowest.
    public var patience: Int
    /// How many epochs, or parts of one, the rate rises in equal steps before the curve begins.
    public var warmUpEpochs: Float
    /// Which part of the rate the warm-up begins with, above 0.
    public var warmUpStart: Float
    /// Whether `oneCycle` changes the momentum, too, where the optimiser has one (Adam's and LAMB's is β₁); nil, as in runs of
    /// earlier versions, for no.
    public var cyclesMomentum: Bool?

    /// A schedule.
    ///
    /// - Parameters:
    ///   - factor: 0.95 unless given for `exponential`, 0.1 for the others.
    ///   - epochs: 30 unless given for `step`.
    public init(
        _ curve: Curve = .constant, factor: Float? = nil, epochs: [Int]? = nil, minimum: Float = 0, patience: Int = 10,
        warmUpEpochs: Float = 0, warmUpStart: Float = 0.01
    ) {
        self.curve = curve
        self.factor = factor ?? (curve == .exponential ? 0.95 : 0.1)
        self.epochs = epochs ?? (curve == .step ? [30] : [])
        self.minimum = minimum
        self.patience = patience
        self.warmUpEpochs = warmUpEpochs
        self.warmUpStart = warmUpStart
        cyclesMomentum = curve == .oneCycle ? true : nil
    }

    /// - Throws: `TrainingError` when a value is out of its range, or does not go with the curve.
    public func validate() throws {
        guard factor > 0, factor <= 1 else {
            throw TrainingError("the schedule's factor is \(factor); it must be above 0 and at most 1")
        }
        guard epochs.allSatisfy({ 1...1_000_000 ~= $0 }), epochs == epochs.sorted() else {
            throw TrainingError("the schedule's epochs must be 1 or more, in order")
        }
        guard curve != .step || epochs.count == 1 else {
            throw TrainingError("the schedule 'step' takes one number of epochs, after each of which the rate falls")
        }
        guard curve != .multiStep || !epochs.isEmpty else {
            throw TrainingError("the schedule 'multi-step' takes the epochs after which the rate falls")
        }
        guard minimum.isFinite, minimum >= 0, patience >= 0 else {
            throw TrainingError("the schedule's minimum and patience must be 0 or more")
        }
        guard warmUpEpochs.isFinite, 0...1_000_000 ~= warmUpEpochs, warmUpStart > 0, warmUpStart <= 1 else {
            throw TrainingError("warm-up must be 0 epochs or more, from above 0 to at most 1 of the learning rate")
        }
        guard curve != .oneCycle || warmUpEpochs == 0 else {
            throw TrainingError("the schedule 'one-cycle' rises by itself: leave out the warm-up")
        }
    }

    /// How far a step goes.
    ///
    /// - Parameters:
    ///   - rate: the learning rate that was asked for, the highest of all.
    ///   - step: steps of the stage that were taken before.
    ///   - epochSteps: steps of an epoch.
    ///   - epochs: epochs of the stage.
    ///   - losses: the validation losses of the stage's complete epochs.
    public func learningRate(
        _ rate: Float, step: Int, epochSteps: Int, epochs: Int, losses: @autoclosure () -> [Double]
    ) -> Float {
        let epochSteps = max(epochSteps, 1)
        let warmUp = Int((Double(warmUpEpochs) * Double(epochSteps)).rounded())
        let rate = Double(rate)
        if step < warmUp {
            let start = Double(warmUpStart)
            return Float(rate * (start + (1 - start) * Double(step) / Double(warmUp)))
        }
        let epoch = step / epochSteps
        let total = max(epochs * epochSteps - warmUp, 1)
        switch curve {
        case .constant: return Float(rate)
        case .step: return Float(rate * pow(Double(factor), Double(epoch / max(self.epochs.first ?? 1, 1))))
        case .multiStep: return Float(rate * pow(Double(factor), Double(self.epochs.count { $0 <= epoch })))
        case .exponential: return Float(rate * pow(Double(factor), Double(epoch)))
        case .cosine:
            let done = min(Double(step - warmUp) / Double(total), 1)
            return Float(Self.halfCosine(from: rate, to: min(Double(minimum), rate), done))
        case .oneCycle:
            return Float(Self.cycle(step: step, of: total, from: rate / 25, over: rate, to: rate / 25 / 1e4))
        case .plateau: return Float(plateau(rate, losses()))
        }
    }

    /// How much of the first moment or the velocity a step keeps; nil where the schedule does not say.
    ///
    /// - Parameters: as those of `learningRate`.
    public func momentum(step: Int, epochSteps: Int, epochs: Int) -> Float? {
        guard curve == .oneCycle, cyclesMomentum ?? false else { return nil }
        let total = max(epochs * max(epochSteps, 1), 1)
        return Float(Self.cycle(step: step, of: total, from: 0.95, over: 0.85, to: 0.95))
    }

    private static func halfCosine(from first: Double, to last: Double, _ done: Double) -> Double {
        last + (first - last) * 0.5 * (1 + cos(.pi * done))
    }

    private static func cycle(
        step: Int, of total: Int, from first: Double, over middle: Double, to last: Double
    ) -> Double {
        let turn = 0.3 * Double(total) - 1
        let step = Double(min(step, total - 1))
        if step <= turn { return halfCosine(from: first, to: middle, turn > 0 ? step / turn : 1) }
        return halfCosine(from: middle, to: last, (step - turn) / max(Double(total - 1) - turn, 1e-9))
    }

    /// PyTorch's `ReduceLROnPlateau`, gone through from the beginning: so that there is nothing to be kept but the losses.
    private func plateau(_ rate: Double, _ losses: [Double]) -> Double {
        var (rate, lowest, bad) = (rate, Double.infinity, 0)
        for loss in losses {
            if loss < lowest * (1 - 1e-4) {
                (lowest, bad) = (loss, 0)
            } else {
                bad += 1
            }
            guard bad > patience else { continue }
            let lower = max(rate * Double(factor), Double(minimum))
            if rate - lower > 1e-8 { rate = lower }
            bad = 0
        }
        return rate
    }
}

extension LearningRateSchedule: CustomStringConvertible {
    /// In a few words, as `cosine to 0 after 2 epochs of warm-up`.
    public var description: String {
        let shape =
            switch curve {
            case .constant: "constant"
            case .step: "times \(factor) after each \(epochs.first ?? 1) epochs"
            case .multiStep: "times \(factor) after epochs " + epochs.map { "\($0)" }.joined(separator: ", ")
            case .exponential: "times \(factor) after each epoch"
            case .cosine: "falling to \(minimum == 0 ? "0" : "\(minimum)")"
            case .oneCycle: "in one cycle"
            case .plateau: "times \(factor) where validation stands still for more than \(patience) epochs"
            }
        return warmUpEpochs == 0 ? shape : "\(shape), after \(warmUpEpochs) epochs of warm-up"
    }
}
