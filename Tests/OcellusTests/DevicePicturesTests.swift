import Foundation
import Ocellus
import OcellusOpenCL
import Testing

/// Pictures that a device changes and normalises, from 8-bit samples.
@Suite("Pictures prepared on the device", .serialized)
struct DevicePicturesTests {
    private let folder: TemporaryFolder
    private let dataset: Dataset

    init() throws {
        folder = try TemporaryFolder()
        try ConveyorParts.write(to: folder("data"), imagesPerClass: 8, size: 40)
        dataset = try Dataset(folder: folder("data"))
    }

    private static let devices = OpenCLDevices.all().filter { !$0.isSimulator }

    static let augmentations: [Augmentation] =
        Augmentation.FillMode.allCases.map { mode in
            var augmentation = Augmentation.guide
            augmentation.fillMode = mode
            augmentation.fillValue = 90
            augmentation.verticalFlip = true
            return augmentation
        } + [
            Augmentation(randomResizedCrop: .init(), randomErasing: .init(probability: 0.7)),
            .none,
        ]

    @Test("they are what the loader makes of them", arguments: augmentations)
    func agreement(_ augmentation: Augmentation) throws {
        for preset in [Preprocessing.Preset.zeroToOne, .imagenet, .caffeBGR] {
            let preprocessing = try Preprocessing(preset, width: 33, height: 29)
            let cache = PictureCache(preprocessing: preprocessing)
            var options = Loader.Options(batchSize: 10, isShuffled: true, seed: 4, augmentation: augmentation)
            let host = try Loader(dataset, cache: cache, options: options)
            options.leavesChangesToDevice = true
            let samples = try Loader(dataset, cache: cache, options: options)
            let warp = try #require(PictureWarp(augmentation, preprocessing))
            let backends: [any Backend] = [try CPUBackend()] + (try Self.devices.map { try OpenCLBackend($0) })
            for backend in backends {
                var graph = Graph()
                graph.output("images", try graph.input("images", [29, 33, 3]))
                try graph.preparePictures(by: warp)
                let plan = try Plan(graph, capacity: 10, parameters: ParameterStore(backend: backend))
                host.start(epoch: 2)
                samples.start(epoch: 2)
                while let expected = try host.next(), let batch = try samples.next() {
                    #expect(batch.labels == expected.labels && batch.holdsSamples && !expected.holdsSamples)
                    try batch.withPictures { pictures, changes in
                        try plan.write(pictures, toInput: Graph.pictureInputs.pictures)
                        try plan.write(changes, toInput: Graph.pictureInputs.changes)
                    }
                    try plan.run(Invocation(count: batch.count))
                    let images = try plan.read("images", count: batch.count)
                    let worst = expected.withImages { zip($0, images).map { abs($0 - $1) }.sorted() }
                    // Places are numbers of 24 bits here. At an edge that falls on a pixel, one of the two may lie outside.
                    let unit = Float(warp.scale[0])
                    #expect(worst[worst.count * 999 / 1000] < 0.02 * unit)
                    if augmentation.fillMode == .nearest { #expect(worst[worst.count - 1] < 0.02 * unit) }
                }
            }
        }
    }

    @Test("a loader refuses what a device does not do")
    func refusal() throws {
        let cache = PictureCache(preprocessing: try .guide(width: 8, height: 8))
        for augmentation in [
            Augmentation.light, .strong, Augmentation(mixupAlpha: 0.2), Augmentation(channelShiftRange: 9),
        ] {
            #expect(PictureWarp(augmentation, cache.preprocessing) == nil)
            #expect(throws: DatasetError.self) {
                try Loader(
                    dataset, cache: cache,
                    options: Loader.Options(augmentation: augmentation, leavesChangesToDevice: true))
            }
        }
    }

    private func train(_ backend: any Backend, _ callbacks: [any TrainingCallback], microBatch: Int? = nil) throws
        -> [[Float]]
    {
        let network = Network(input: [32, 32, 3]) {
            ConvolutionLayer(8, 3, stride: 2, activation: .relu)
            DropoutLayer(0.2)
            FlattenLayer()
            DenseLayer(3)
        }
        let cache = PictureCache(preprocessing: try .guide(width: 32, height: 32))
        let trainer = try Trainer(
            network, dataset: dataset, split: DataSplit(dataset, seed: 3), cache: cache, backend: backend,
            options: TrainingOptions(
                epochs: 3, batchSize: 5, microBatch: microBatch, augmentation: .guide, seed: 9))
        #expect(try trainer.train(callbacks: callbacks))
        let weights = try trainer.model().weights
        return try weights.names.map { try weights.values(of: $0) }
    }

    /// Has the host look at each step before the next.
    private final class Steering: TrainingCallback {
        var batches = 0
        func batchDidEnd(_ step: StepReport, _ trainer: Trainer) {
            batches += 1
            #expect(step.batch == trainer.progress.batch)
        }
    }

    /// Lets the device run ahead.
    private final class Watching: TrainingCallback {
        let steersSteps = false
        var batches: [Int] = []
        func batchWillBegin(_ batch: Int, _ trainer: Trainer) { batches.append(batch) }
        func batchDidEnd(_ step: StepReport, _ trainer: Trainer) { batches.append(-step.batch) }
    }

    @Test(
        "training gives the same bits whether a step is given while the one before is computed, and its pictures sent")
    func overlap() throws {
        for device in Self.devices {
            let steering = Steering()
            let expected = try train(OpenCLBackend(device), [steering])
            for aside in [false, true] {
                let backend = try OpenCLBackend(
                    device, kernelFamily: nil, vectorWidth: device.vectorWidth, uploadsAside: aside)
                let watching = Watching()
                #expect(try train(backend, [watching]) == expected, "\(device.title), aside: \(aside)")
                #expect(watching.batches.prefix(4) == [1, 2, -1, 3] && watching.batches.count == 2 * steering.batches)
                #expect(
                    try train(backend, [watching], microBatch: 2) == train(OpenCLBackend(device), [], microBatch: 2))
            }
        }
    }

    @Test("a profile tells how long the device had nothing to do, and a trace shows loaders and uploads")
    func profile() throws {
        let device = try #require(Self.devices.first)
        let backend = try OpenCLBackend(
            device, kernelFamily: nil, vectorWidth: device.vectorWidth, uploadsAside: true)
        let cache = PictureCache(preprocessing: try .guide(width: 32, height: 32))
        let trainer = try Trainer(
            Network(input: [32, 32, 3]) {
                FlattenLayer()
                DenseLayer(3)
            }, dataset: dataset, split: DataSplit(dataset, seed: 3), cache: cache, backend: backend,
            options: TrainingOptions(epochs: 2, batchSize: 4, augmentation: .guide))
        let profiler = Profiler()
        trainer.profiler = profiler
        #expect(try trainer.train())
        try backend.synchronize()
        let profile = Profile(profiler)
        #expect(profile.operations.contains { $0.operation == PictureWarp.name && $0.runs >= 6 })
        #expect(
            Set(profile.host.map(\.layer)).isSuperset(of: ["pictures", "changes", "prepare a picture", "validate"]))
        #expect(try (0...1).contains(#require(profile.idle)))
        let trace = try JSONSerialization.jsonObject(with: JSONEncoder().encode(ChromeTrace(profiler, device: "it")))
        let events = try #require((trace as? [String: Any])?["traceEvents"] as? [[String: Any]])
        let rows = events.filter { $0["ph"] as? String == "M" }.compactMap {
            ($0["args"] as? [String: Any])?["name"] as? String
        }
        #expect(Set(rows).isSuperset(of: ["host", "it", "uploads", "loader 0"]))
    }
}
