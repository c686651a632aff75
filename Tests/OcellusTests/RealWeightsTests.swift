import Foundation
import Ocellus
import Testing

/// Photos and weights from the wild, beside the package; not part of it.
private let data = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("shared/data").path

@Suite(.enabled(if: FileManager.default.fileExists(atPath: data), "There is no ../shared/data beside the package."))
struct RealWeightsTests {
    @Test(arguments: [
        (NamedNetwork.mobileNetV2, 224, Preprocessing.Preset.minusOneToOne, PaddingConvention.tensorflow, 1),
        (NamedNetwork.squeezeNet11, 227, Preprocessing.Preset.caffeBGR, PaddingConvention.torch, 5),
    ])
    func `ImageNet's classes are named rightly`(
        _ network: NamedNetwork, _ size: Int, _ preprocessing: Preprocessing.Preset, _ padding: PaddingConvention,
        _ top: Int
    ) throws {
        let weights = data + "/weights/\(network.rawValue)-imagenet.safetensors"
        let imported = try ModelImport(
            weights: weights, network: network, labels: data + "/weights/imagenet_labels.txt", size: size,
            preprocessing: preprocessing, padding: padding)
        #expect(imported.model.classes.count == 1000 && imported.renamedClasses == ["crane (2)"])
        let predictor = try Predictor(imported.model, backend: CPUBackend())
        var seen = 0
        for (photo, words) in [
            ("cat.bmp", ["tabby", "Egyptian cat"]), ("hot_dog.jpg", ["hotdog"]), ("parrot.jpg", ["macaw"]),
            ("grace_hopper.bmp", ["military uniform"]),
        ] {
            // Some photos are of a format that cannot be read yet.
            guard let image = try? RGBImage.decode(contentsOf: data + "/photos/" + photo) else { continue }
            seen += 1
            let named = try predictor.predict(image, top: top).top.map(\.name)
            #expect(named.contains { name in words.contains { name.contains($0) } }, "\(photo): \(named)")
        }
        #expect(seen >= 2)
    }
}
