import Ocellus
import Testing

@Suite(.enabled(if: realDataIsThere, "There is no ../shared/data beside the package."))
struct RealWeightsTests {
    @Test(arguments: [
        (NamedNetwork.mobileNetV2, 224, Preprocessing.Preset.minusOneToOne, PaddingConvention.tensorflow, 1),
        (NamedNetwork.squeezeNet11, 227, Preprocessing.Preset.caffeBGR, PaddingConvention.torch, 5),
    ])
    func `ImageNet's classes are named rightly`(
        _ network: NamedNetwork, _ size: Int, _ preprocessing: Preprocessing.Preset, _ padding: PaddingConvention,
        _ top: Int
    ) throws {
        let weights = realData + "/weights/\(network.rawValue)-imagenet.safetensors"
        let imported = try ModelImport(
            weights: weights, network: .named(network), labels: realData + "/weights/imagenet_labels.txt", size: size,
            preprocessing: preprocessing, padding: padding)
        #expect(imported.model.classes.count == 1000 && imported.renamedClasses == ["crane (2)"])
        let predictor = try Predictor(imported.model, backend: CPUBackend())
        for (photo, words) in [
            ("cat.bmp", ["tabby", "Egyptian cat"]), ("hot_dog.jpg", ["hotdog"]), ("parrot.jpg", ["macaw"]),
            ("grace_hopper.bmp", ["military uniform"]),
        ] {
            let image = try RGBImage.decode(contentsOf: realData + "/photos/" + photo)
            let named = try predictor.predict(image, top: top).top.map(\.name)
            #expect(named.contains { name in words.contains { name.contains($0) } }, "\(photo): \(named)")
        }
    }
}
