import OcellusData
import OcellusImages
import OcellusNetworks

extension Trainer {
    /// - Throws: `TrainingError` when these do not go together.
    static func check(
        _ network: Network, _ dataset: Dataset, _ split: DataSplit, _ preprocessing: Preprocessing,
        _ options: TrainingOptions
    ) throws {
        guard network.input == [preprocessing.height, preprocessing.width, 3] else {
            throw TrainingError(
                "the network '\(network.name)' wants pictures \(network.input), but they are prepared as "
                    + "[\(preprocessing.height), \(preprocessing.width), 3]")
        }
        let classes = try network.classCount()
        guard classes == dataset.classes.count else {
            throw TrainingError(
                "the network '\(network.name)' tells \(classes) classes apart, but the data set has "
                    + "\(dataset.classes.count): \(dataset.classes.joined(separator: ", "))")
        }
        for part in Part.allCases where split.indices(of: part).isEmpty {
            throw TrainingError("the split has no picture in its \(part.rawValue) part")
        }
        for (name, count) in zip(dataset.classes, split.counts(of: .train, in: dataset)) where count == 0 {
            throw TrainingError("the class '\(name)' has no picture in the training part")
        }
        guard options.classWeights.isEmpty || options.classWeights.count == classes else {
            throw TrainingError("there are \(options.classWeights.count) class weights for \(classes) classes")
        }
    }
}
