import Ocellus
import Testing

@Suite("The README's example")
struct LibraryExampleTests {
    /// The body is the README's example, but for the paths.
    @Test("a dozen lines from a folder to a prediction")
    func example() throws {
        let folder = try TemporaryFolder()
        try ConveyorParts.write(to: folder("photos"), imagesPerClass: 8, size: 48)

        let preprocessing = try Preprocessing.guide(width: 64, height: 64)
        let cache = PictureCache(preprocessing: preprocessing)
        let dataset = try Dataset(folder: folder("photos")).checked(filling: cache)
        let split = try DataSplit(dataset, seed: 1)
        let network = Network(input: [64, 64, 3]) {
            ConvolutionLayer(16, 3, activation: .relu)
            MaxPoolingLayer(2)
            FlattenLayer()
            DenseLayer(dataset.classes.count)
        }
        let device = try ChosenDevice(.auto)
        let trainer = try Trainer(
            network, dataset: dataset, split: split, cache: cache, backend: device.backend,
            options: TrainingOptions(epochs: 5))
        _ = try trainer.train()
        print("test accuracy", try trainer.evaluateBest(on: .test).accuracy)
        let predictor = try Predictor(trainer.model(), backend: device.backend)
        let file = dataset.file(of: dataset.samples[0])
        print(try predictor.predict(RGBImage.decode(contentsOf: file)).name)

        #expect(trainer.progress.history.count == 5)
        #expect(try trainer.model().classes == ["bolts", "nuts", "washers"])
    }
}
