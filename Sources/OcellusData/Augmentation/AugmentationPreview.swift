import OcellusGraph
import OcellusImages

/// What a network will see, as one picture: a row a picture of the data set, first as it is, then as it is in the first epochs
/// of training.
///
/// The pictures come out of a ``Loader`` and are only brought back to 0…255, so that nothing here can differ from training: with
/// the run's seed, preprocessing and augmentation they are those of the run. Mixup and CutMix mix the rows.
public struct AugmentationPreview: Sendable {
    /// The picture.
    public let image: RGBImage
    /// The places in the data set of the pictures in the rows.
    public let samples: [Int]

    /// Pixels between pictures.
    private static let gap = 4

    /// Prepares pictures, evenly of all classes.
    ///
    /// - Parameters:
    ///   - rows: how many different pictures.
    ///   - columns: how many times each, the unchanged one included.
    ///   - seed: what augmentation and the choice of pictures are drawn from.
    /// - Throws: ``DatasetError``; the decoder's error for a picture that cannot be decoded, which names the file.
    public init(
        _ dataset: Dataset, preprocessing: Preprocessing, augmentation: Augmentation, rows: Int = 6, columns: Int = 8,
        seed: UInt64 = 0
    ) throws {
        for (name, value) in [("The number of rows", rows), ("The number of columns", columns)]
        where !(1...100).contains(value) {
            throw DatasetError.invalidOption(name: name, value: "\(value)", reason: "it must be from 1 to 100")
        }
        let (width, height) = (preprocessing.width, preprocessing.height)
        let (stepX, stepY) = (width + Self.gap, height + Self.gap)
        guard columns * stepX * rows * stepY <= 100_000_000 else {
            throw DatasetError.invalidOption(
                name: "The number of pictures", value: "\(rows) × \(columns) of \(width)×\(height)",
                reason: "all of them may have 100 million pixels")
        }
        let samples = Self.samples(of: dataset, count: rows, seed: seed)
        let (totalWidth, totalHeight) = (columns * stepX - Self.gap, samples.count * stepY - Self.gap)
        var pixels = [UInt8](repeating: 255, count: totalWidth * totalHeight * 3)
        let cache = PictureCache(preprocessing: preprocessing)
        func show(_ augmentation: Augmentation, epoch: Int, column: Int) throws {
            let loader = try Loader(
                dataset, indices: samples, cache: cache,
                options: Loader.Options(batchSize: samples.count, seed: seed, augmentation: augmentation))
            loader.start(epoch: epoch)
            guard let batch = try loader.next() else { return }
            batch.withImages { values in
                for row in 0..<batch.count {
                    let size = preprocessing.valueCount
                    let picture = preprocessing.denormalized(
                        UnsafeBufferPointer(rebasing: values[row * size..<(row + 1) * size]))
                    for line in 0..<height {
                        let start = ((row * stepY + line) * totalWidth + column * stepX) * 3
                        pixels.replaceSubrange(
                            start..<start + width * 3, with: picture.pixels[line * width * 3..<(line + 1) * width * 3])
                    }
                }
            }
        }
        try show(.none, epoch: 0, column: 0)
        for column in 1..<max(1, columns) { try show(augmentation, epoch: column - 1, column: column) }
        self.samples = samples
        image = RGBImage(width: totalWidth, height: totalHeight, pixels: pixels)
    }

    /// Writes it as PNG; a file that exists is not overwritten.
    ///
    /// - Throws: ``DatasetError/alreadyExists(_:)``, ``DatasetError/unwritable(file:reason:)``.
    public func write(to path: String) throws { try writeNewFile(image.encodePNG(name: path), to: path) }

    /// The classes in turn, of each a picture drawn by the seed, and none twice.
    private static func samples(of dataset: Dataset, count: Int, seed: UInt64) -> [Int] {
        var random = PhiloxSequence(seed: seed, purpose: .shuffle)
        let groups = Dictionary(grouping: dataset.samples.indices) { dataset.samples[$0].classIndex }
        let orders = groups.sorted { $0.key < $1.key }.map { $0.value.shuffled(by: &random) }
        let most = orders.map(\.count).max() ?? 0
        let inTurn = (0..<most).flatMap { place in orders.compactMap { $0.indices.contains(place) ? $0[place] : nil } }
        return Array(inTurn.prefix(count))
    }
}
