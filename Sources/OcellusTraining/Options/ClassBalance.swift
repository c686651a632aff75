import OcellusData

/// How classes of different size are evened out, so that a small one is not left out for the sake of the others.
public enum ClassBalance: String, Codable, Sendable, CaseIterable {
    /// Each class weighs in the loss by 1 ÷ its number of training pictures; over the pictures the mean is 1.
    case weights
    /// Each class is shown equally often: pictures of a small one several times an epoch, each time augmented in another way.
    case sampler

    /// The weight of each class by ``weights``: `pictures ÷ (classes × pictures of the class)`; 0 of a class without pictures.
    public static func weights(for counts: [Int]) -> [Float] {
        let mean = Double(counts.reduce(0, +)) / Double(max(1, counts.count))
        return counts.map { $0 > 0 ? Float(mean / Double($0)) : 0 }
    }
}

extension TrainingOptions {
    /// The options with the class weights that ``balance`` asks for, by the training part's pictures.
    ///
    /// - Throws: `TrainingError` when there are other weights already.
    public func balanced(for dataset: Dataset, _ split: DataSplit) throws -> TrainingOptions {
        guard balance == .weights else { return self }
        let weights = ClassBalance.weights(for: split.counts(of: .train, in: dataset))
        guard classWeights.isEmpty || classWeights == weights else {
            throw TrainingError("class weights are given, and the balance is to choose them: leave out one of the two")
        }
        var options = self
        options.classWeights = weights
        return options
    }
}
