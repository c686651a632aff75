import Foundation
import OcellusData
import OcellusGraph
import OcellusImages
import OcellusModels
import OcellusNetworks
import OcellusTraining

/// What a new run is made of.
public struct TrainingSettings: Sendable {
    /// The folder of labelled pictures.
    public var data: String
    /// The folder that the run is written to; there must be nothing yet.
    public var output: String
    /// Which network; nil for that of the model of `weights`, or `simple`.
    public var network: NetworkRequest?
    /// Weights to start from that were trained on other pictures: a safetensors file, or a model's folder. Nil to begin
    /// anew.
    public var weights: String?
    /// How the network wants its pictures; nil for the usual way.
    public var preprocessing: Preprocessing.Preset?
    /// How a picture comes to the input's size, where it is not the preprocessing's own way.
    public var sizing: Preprocessing.Sizing
    /// How strided windows lie in a network with a name; nil for PyTorch's way.
    public var padding: PaddingConvention?
    /// Where features of frozen layers are kept.
    public var features: FeatureCache
    /// The side of the network's input in pixels; nil for what the network's file says, or 224.
    public var size: Int?
    /// How it is trained.
    public var options: TrainingOptions
    /// How the data is split, unless `splitFile` or the data's own folders say so.
    public var splitRatio: SplitRatio
    /// A `split.csv` to use.
    public var splitFile: String?
    /// What to compute on.
    public var device: DeviceRequest
    /// How many threads the CPU backend uses; nil for one a core.
    public var threads: Int?
    /// In what numbers it is computed.
    public var precision: Precision
    /// How much of the device's memory may be taken; nil for all of it.
    public var memoryLimit: ByteCount?
    /// How an OpenCL device's kernels are chosen.
    public var tuning: KernelTuning
    /// The command line, for `run.json`.
    public var command: [String]?
    /// Whether the learning rate is the one that a range test suggests (`LearningRateTest`).
    public var findsLearningRate = false
    /// Whether a temperature is fitted on the validation part when training is done (`TemperatureScaling`).
    public var calibrates = true
    /// What the settings were chosen by, for `run.json`; nil when they were given otherwise.
    public var choices: TrainingChoices?

    /// Settings with the guide's values where nothing else is given.
    public init(
        data: String, output: String, network: NetworkRequest? = nil, weights: String? = nil, size: Int? = nil,
        preprocessing: Preprocessing.Preset? = nil, sizing: Preprocessing.Sizing = Preprocessing.Sizing(),
        padding: PaddingConvention? = nil, features: FeatureCache = .standard,
        options: TrainingOptions = TrainingOptions(), splitRatio: SplitRatio = .standard, splitFile: String? = nil,
        device: DeviceRequest = .auto, threads: Int? = nil, precision: Precision = .fp32,
        memoryLimit: ByteCount? = nil, tuning: KernelTuning = .quick, command: [String]? = nil
    ) {
        self.data = data
        self.output = output
        self.network = network
        self.weights = weights
        self.preprocessing = preprocessing
        self.sizing = sizing
        self.padding = padding
        self.features = features
        self.size = size
        self.options = options
        self.splitRatio = splitRatio
        self.splitFile = splitFile
        self.device = device
        self.threads = threads
        self.precision = precision
        self.memoryLimit = memoryLimit
        self.tuning = tuning
        self.command = command
    }
}

/// What is about to be trained.
public struct TrainingPreview: Sendable {
    /// The pictures that can be read.
    public let dataset: Dataset
    /// Which picture is in which part.
    public let split: DataSplit
    /// What will compute.
    public let device: ChosenDevice
    /// What training will take of the device's memory.
    public let memory: TrainingMemory
    /// The network.
    public let network: Network
    /// Where its weights come from; nil when they are drawn from the seed.
    public let weights: WeightsOrigin?
    /// How it is trained.
    public let options: TrainingOptions
}

/// A run from a folder of pictures to a model: all that `ocellus train` does, but for what it shows.
public final class TrainingJob {
    /// The folder of the run.
    public let run: RunFolder
    /// What trains.
    public let trainer: Trainer
    /// How the run is described in `run.json`.
    public private(set) var description: RunDescription
    /// What the model says of the test part's pictures, in their order, once `train` has come to its end.
    public private(set) var testBatches: [BatchResult] = []

    /// Begins a new run: reads the pictures, splits them, chooses a device, reserves memory, and makes the run's folder.
    ///
    /// - Parameters:
    ///   - stopRequest: how a signal or another thread asks training to stop.
    ///   - checked: told now and then how many pictures have been decoded, from any thread.
    ///   - willCheck: told the name of a device whose operations are about to be checked, which takes some seconds once.
    ///   - willTune: told the name of a device whose kernels are about to be tuned for the network, and the most seconds
    ///     that are for that.
    ///   - rangeTest: told of each step of a range test, where one finds the learning rate.
    ///   - willReserve: told what is about to be trained, before the device's memory is reserved.
    /// - Throws: the error of what cannot be done; then there is no folder.
    public convenience init(
        _ settings: TrainingSettings, stopRequest: StopRequest = StopRequest(),
        checked: (@Sendable (_ done: Int, _ of: Int) -> Void)? = nil,
        willCheck: (_ device: String) -> Void = { _ in },
        willTune: (_ device: String, _ seconds: Double) -> Void = { _, _ in },
        rangeTest: (_ step: Int, _ point: LearningRateTest.Point) -> Void = { _, _ in },
        willReserve: (TrainingPreview) -> Void = { _ in }
    ) throws {
        try settings.options.validate()
        try RunFolder.checkAbsence(of: settings.output)
        try Self.checkOutput(settings)
        var material = try TrainingMaterial(
            settings, stopRequest: stopRequest, checked: checked, willCheck: willCheck, willTune: willTune)
        if settings.findsLearningRate {
            let test = try material.testLearningRates(
                features: settings.features, stopRequest: stopRequest, progress: rangeTest)
            guard let rate = test.suggestion else {
                throw TrainingError(
                    "the loss fell at no learning rate, so that there is none to suggest; give --learning-rate a number"
                )
            }
            material.options.optimizer.learningRate = rate
        }
        let (dataset, split, cache) = (material.dataset, material.split, material.cache)
        let (start, device) = (material.start, material.device)
        let description = RunDescription(
            version: ocellusVersion, date: ISO8601DateFormatter().string(from: Date()), command: settings.command,
            dataset: dataset, split: split, network: start.network, preprocessing: start.preprocessing,
            weights: start.origin, options: material.options, choices: settings.choices?.given,
            calibrates: settings.calibrates, requestedDevice: settings.device.description,
            device: device.backend.device, helpers: device.helpers.map(\.device),
            kernels: try device.choices.map { try JSONDocument($0) }, threads: settings.threads,
            precision: settings.precision,
            splitRatio: settings.splitFile == nil ? settings.splitRatio : nil, splitFile: settings.splitFile)
        let run = try RunFolder.create(
            settings.output, description: description, split: split, dataset: dataset, weights: start.weights)
        do {
            try self.init(
                dataset: dataset, split: split, device: device, cache: cache, description: description,
                features: settings.features, run: run, stopRequest: stopRequest, willReserve: willReserve)
        } catch {
            // It holds nothing yet but what can be made again.
            try? FileManager.default.removeItem(atPath: run.path)
            throw error
        }
    }

    /// Goes on with a run that was stopped.
    ///
    /// - Parameters:
    ///   - path: the run's folder.
    ///   - epochs: another number of epochs; nil for the run's own.
    ///   - device: what to compute on; nil for what the run asked for. Another device gives other bits.
    ///   - memoryLimit: how much of its memory may be taken; nil for all of it. Batches are split as when the run began.
    ///   - features: where features of frozen layers are kept.
    /// - Throws: `TrainingError` when there is no run, or its data has changed.
    public convenience init(
        resuming path: String, epochs: Int? = nil, device: DeviceRequest? = nil, threads: Int? = nil,
        memoryLimit: ByteCount? = nil, features: FeatureCache = .standard, stopRequest: StopRequest = StopRequest(),
        checked: (@Sendable (_ done: Int, _ of: Int) -> Void)? = nil,
        willCheck: (_ device: String) -> Void = { _ in }, willReserve: (TrainingPreview) -> Void = { _ in }
    ) throws {
        let run = try RunFolder(path)
        var description = try run.description()
        let cache = PictureCache(preprocessing: description.preprocessing)
        let dataset = try TrainingMaterial.check(Dataset(folder: description.data), cache, checked, stopRequest)
        guard dataset.fingerprint == description.dataFingerprint else {
            throw TrainingError(
                "the pictures in \(description.data) are not those that the run \(path) began with (fingerprint "
                    + "\(dataset.fingerprint), not \(description.dataFingerprint)); put them back, or begin a new run")
        }
        if let epochs, epochs != description.options.epochs {
            description.options.extend(to: epochs)
            try description.options.validate()
            try run.write(description)
        }
        let request = device ?? DeviceRequest(description.requestedDevice) ?? .auto
        var chosen = try ChosenDevice(
            request, threads: threads, memoryLimit: memoryLimit, precision: description.precision ?? .fp32,
            allowsSeveral: true, willCheck: willCheck)
        let (before, now) = (description.allDevices, chosen.backends.map(\.device))
        guard device != nil || before.count == now.count && zip(before, now).allSatisfy({ $0.computesAlike($1) }) else {
            func list(_ devices: [DeviceDescription]) -> String {
                devices.map { "\($0.name) (\($0.detail))" }.joined(separator: " and ")
            }
            throw TrainingError(
                "the run \(path) was begun on \(list(before)); on \(list(now)) its weights would differ in their last bits; name a device with --device to go on all the same"
            )
        }
        if chosen.backend.device.computesAlike(description.device) {
            // The same bits come from the same kernels, whatever has been tuned since.
            let recorded = try description.kernels?.decoded(as: KernelChoices.self)
            chosen = chosen.choosing { choices in
                if let recorded { choices = recorded } else { choices.tuned = [:] }
            }
        }
        try self.init(
            dataset: dataset, split: DataSplit(file: run.splitPath, dataset: dataset), device: chosen, cache: cache,
            description: description, features: features, run: run, stopRequest: stopRequest, willReserve: willReserve)
    }

    private init(
        dataset: Dataset, split: DataSplit, device: ChosenDevice, cache: PictureCache, description: RunDescription,
        features: FeatureCache, run: RunFolder, stopRequest: StopRequest, willReserve: (TrainingPreview) -> Void
    ) throws {
        self.run = run
        self.description = description
        trainer = try Trainer(
            description.network, dataset: dataset, split: split, cache: cache, backend: device.backend,
            helpers: device.helpers, options: description.options, features: features, run: run,
            stopRequest: stopRequest
        ) {
            willReserve(
                TrainingPreview(
                    dataset: dataset, split: split, device: device, memory: $0, network: description.network,
                    weights: description.weights, options: description.options))
        }
    }

    /// Trains to the end, calibrates the best epoch's model on the validation part, evaluates it on the test part and writes the
    /// result down.
    ///
    /// - Parameter callbacks: told what happens, and heard.
    /// - Returns: the test part's metrics; nil when it was asked to stop before the end, with everything saved.
    public func train(callbacks: [any TrainingCallback] = []) throws -> ClassificationMetrics? {
        guard try trainer.train(callbacks: callbacks) else { return nil }
        if description.calibrates ?? false { try trainer.calibrate() }
        testBatches = []
        let metrics = try trainer.evaluateBest(on: .test) { testBatches.append($0) }
        guard let best = trainer.progress.best else { return metrics }
        description.result = RunResult(
            bestEpoch: best.epoch, epochs: trainer.progress.epoch, validationAccuracy: best.validationAccuracy,
            testLoss: metrics.loss, testAccuracy: metrics.accuracy,
            seconds: trainer.progress.history.reduce(0) { $0 + $1.seconds },
            plannedMemory: trainer.memory.peakByteCount, peakMemory: ProcessUsage.peakResidentByteCount)
        try run.write(description)
        return metrics
    }

    /// - Throws: `TrainingError` when the run would lie among the pictures.
    static func checkOutput(_ settings: TrainingSettings) throws {
        guard !absolutePath(settings.output).hasPrefix(absolutePath(settings.data) + "/") else {
            throw TrainingError(
                "\(settings.output) lies in the folder of pictures \(settings.data), where it would be taken for a class; name "
                    + "another folder for --output")
        }
    }

    private static func absolutePath(_ path: String) -> String {
        URL(fileURLWithPath: path).standardizedFileURL.path
    }
}
