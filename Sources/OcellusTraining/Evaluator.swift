import OcellusData
import OcellusGraph
import OcellusModels

/// Evaluates a model on labelled pictures.
public enum Evaluator {
    /// Loss, accuracy and confusion on the pictures at `indices`, calibrated if the model is.
    ///
    /// - Parameters:
    ///   - dataset: read with the model's classes (`Dataset(folder:classes:)`).
    ///   - batchSize: how many pictures are computed at once; fewer where the device has not the memory.
    ///   - indices: places in `dataset.samples`; nil for all.
    ///   - cache: decodes the pictures, by the model's preprocessing; nil for one of its own.
    ///   - each: given the result of each batch; the batches are in the order of the pictures.
    ///   - progress: told how many pictures are done.
    /// - Throws: the pictures' and the device's errors.
    public static func evaluate(
        _ model: Model, on dataset: Dataset, indices: [Int]? = nil, cache: PictureCache? = nil, backend: any Backend,
        batchSize: Int = 32, each: (BatchResult) -> Void = { _ in },
        progress: (Int) -> Void = { _ in }
    ) throws -> ClassificationMetrics {
        guard Plan.capacities.contains(batchSize) else {
            throw TrainingError("the batch is \(batchSize); it must be \(Plan.capacities)")
        }
        var graph = try TrainingGraphs.evaluation(model.network)
        let parameters = try ParameterStore(forInferenceOf: &graph, weights: model.weights, backend: backend)
        var capacity = batchSize
        while capacity > 1,
            !Plan.memoryPlan(
                graph, backend, capacity: capacity, parametersAreConstant: true
            ).fits(backend)
        {
            capacity = (capacity + 1) / 2
        }
        let plan = try Plan(graph, capacity: capacity, parameters: parameters, parametersAreConstant: true)
        let cache = cache ?? PictureCache(preprocessing: model.preprocessing, byteLimit: 0)
        let loader = try Loader(
            dataset, indices: indices, cache: cache, options: Loader.Options(batchSize: batchSize))
        var metrics = ClassificationMetrics(classes: model.classes)
        var runner = BatchRunner(classCount: model.classes.count)
        loader.start(epoch: 0)
        func add(_ raw: BatchResult) {
            let result = model.calibration.map(raw.calibrated) ?? raw
            metrics.add(result, uncalibrated: raw)
            each(result)
            progress(metrics.images)
        }
        // The next batch is under way while the one before is looked at.
        var pending: PendingBatchResult?
        while let batch = try loader.next() {
            let next = try runner.start(plan, InputBatch(batch), Invocation(count: batch.count))
            if let pending { add(try pending.result()) }
            pending = next
        }
        if let pending { add(try pending.result()) }
        return metrics
    }
}
