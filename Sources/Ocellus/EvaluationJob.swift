import Foundation
import OcellusData
import OcellusGraph
import OcellusModels
import OcellusTraining

/// The evaluation of a saved model on a folder of pictures: all that `ocellus evaluate` does, but for what it shows.
public final class EvaluationJob {
    /// The model.
    public let model: Model
    /// The pictures, with the model's classes.
    public let dataset: Dataset
    /// What computes.
    public let device: ChosenDevice
    /// How many of the pictures taken the model's run trained on, as far as its `split.csv` tells.
    public let trainedCount: Int
    /// How many pictures are taken.
    public var pictureCount: Int { indices.count }
    /// The files of the pictures that are taken, in the order in which they are evaluated.
    public var files: [String] { indices.map { dataset.file(of: dataset.samples[$0]) } }

    /// Whether the pictures are those that the model was trained with: the same files of the same names in the same
    /// classes. If not, a part of the split means the files that have its names now.
    public var isDataUnchanged: Bool { dataset.fingerprint == model.training.dataFingerprint }

    private let indices: [Int]
    private let cache: PictureCache

    /// Reads the model and the pictures.
    ///
    /// - Parameters:
    ///   - model: the model's folder.
    ///   - data: the folder of pictures.
    ///   - part: which part of the run's `split.csv`, which stands beside the model, is taken; nil for all pictures.
    ///   - tuning: whether an OpenCL device runs the kernels that were found quickest on it.
    ///   - willCheck: told the name of a device whose operations are about to be checked, which takes some seconds once.
    /// - Throws: `ModelError`, `DatasetError`, or `TrainingError` when the part cannot be told.
    public init(
        model path: String, data: String, part: Part?, device request: DeviceRequest = .auto, threads: Int? = nil,
        memoryLimit: ByteCount? = nil, precision: Precision = .fp32,
        tuning: KernelTuning = .kept, willCheck: (_ device: String) -> Void = { _ in }
    ) throws {
        model = try Model(contentsOf: path)
        let listed = try Dataset(folder: data, classes: model.classes)
        cache = PictureCache(preprocessing: model.preprocessing)
        // A split lists pictures that could be read when it was made; of others that has to be found out.
        dataset = try part == nil ? listed.checked(filling: cache) : listed
        let splitPath = path + "/../split.csv"
        let isRun = FileManager.default.fileExists(atPath: splitPath)
        if let part {
            guard isRun else {
                throw TrainingError(
                    "there is no split.csv beside the model \(path), so that its \(part.rawValue) part is not known; leave "
                        + "out --split to take all pictures of \(data)")
            }
            let split = try DataSplit(file: splitPath, dataset: dataset)
            indices = split.indices(of: part)
            trainedCount = part == .train ? indices.count : 0
            guard !indices.isEmpty else {
                throw TrainingError("the \(part.rawValue) part of \(splitPath) has no picture in \(data)")
            }
        } else {
            indices = Array(dataset.samples.indices)
            let split = isRun ? try? DataSplit(file: splitPath, dataset: dataset) : nil
            trainedCount = split?.indices(of: .train).count ?? 0
        }
        device = try ChosenDevice(
            request, threads: threads, memoryLimit: memoryLimit, precision: precision, tuning: tuning,
            willCheck: willCheck)
    }

    /// Runs the model on every picture taken.
    ///
    /// - Parameters:
    ///   - progress: told how many pictures are done, of how many.
    ///   - each: given the result of each batch; the batches are in the order of the pictures.
    public func evaluate(
        batchSize: Int = 32, progress: (_ done: Int, _ of: Int) -> Void = { _, _ in },
        each: (BatchResult) -> Void = { _ in }
    ) throws -> ClassificationMetrics {
        try Evaluator.evaluate(
            model, on: dataset, indices: indices, cache: cache, backend: device.backend, batchSize: batchSize,
            each: each
        ) { progress($0, pictureCount) }
    }
}
