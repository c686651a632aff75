import Foundation
import Ocellus
import Testing

@Suite("Grad-CAM shows what speaks for a class", .serialized)
struct GradCAMTests {
    /// PyTorch's maps; `Golden/make_gradcam.py` made them.
    private struct Golden: Decodable {
        struct Map: Decodable {
            let `class`: Int
            let shape: [Int]
            let map: [Double]
        }

        let size: Int
        let maps: [String: Map]

        static func load() throws -> Golden {
            let file = try #require(
                Bundle.module.url(forResource: "gradcam", withExtension: "json", subdirectory: "Golden"))
            return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
        }
    }

    private static func backends() throws -> [any Backend] {
        let opencl = try? OpenCLBackend(named: "opencl")
        return [try CPUBackend()] + (opencl.map { [$0] } ?? [])
    }

    @Test(
        "Maps are PyTorch's, on each backend, for every network with a name",
        arguments: NamedNetwork.allCases.filter { $0 != .simple })
    func parity(_ named: NamedNetwork) throws {
        let golden = try Golden.load()
        let expected = try #require(golden.maps[named.rawValue])
        let folder = try TemporaryFolder()
        let network = named.network(height: golden.size, width: golden.size, classes: 10)
        try SafetensorsWriter.write(GoldenNetworks.tensors(of: network), to: folder("weights.safetensors"))
        let foreign = try ForeignWeights(folder("weights.safetensors"), for: network)
        let model = Model(
            network: foreign.network, classes: (0..<10).map { "\($0)" },
            preprocessing: try .guide(width: golden.size, height: golden.size), weights: foreign.weights)
        let picture = GoldenNetworks.uniform("gradcam", golden.size * golden.size * 3, -1, 1)
        for backend in try Self.backends() {
            let map = try GradCAM(model, backend: backend).map(ofInput: picture)
            #expect(map.classIndex == expected.class)
            #expect([map.heatmap.height, map.heatmap.width] == expected.shape)
            let error = zip(map.heatmap.values, expected.map).reduce(0) { sum, pair in
                sum + (Double(pair.0) - pair.1) * (Double(pair.0) - pair.1)
            }
            let power = expected.map.reduce(0) { $0 + $1 * $1 }
            #expect(error / power <= 1e-6, "\(backend.device.name): \(error / power)")
        }
    }

    /// Class 0 is the more likely the redder a picture is: one filter, red less green and blue, its mean, and a weight of 3.
    private func redDetector() throws -> Model {
        let network = Network(name: "red", input: [24, 32, 3]) {
            ConvolutionLayer(1, 1, activation: .relu, name: "filter")
            MaxPoolingLayer(2)
            GlobalAveragePoolingLayer()
            DenseLayer(2, name: "head")
        }
        return Model(
            network: network, classes: ["red", "other"], preprocessing: try .guide(width: 32, height: 24),
            weights: ModelWeights([
                NamedTensor("filter.weight", [1, 1, 3, 1], [1, -1, -1]), NamedTensor("filter.bias", [1], [0]),
                NamedTensor("head.weight", [1, 2], [3, -3]), NamedTensor("head.bias", [2], [0, 0.1]),
            ]))
    }

    /// Grey, with a red square in its lower left quarter.
    private var picture: RGBImage {
        RGBImage(
            width: 32, height: 24,
            pixels: (0..<24).flatMap { y in
                (0..<32).flatMap { x -> [UInt8] in y >= 12 && x < 16 ? [250, 0, 0] : [90, 90, 90] }
            })
    }

    @Test("The map is where the class is in the picture, and the rest of the overlay is the picture")
    func place() throws {
        let model = try redDetector()
        for backend in try Self.backends() {
            let explanation = try GradCAM(model, backend: backend).explain(picture)
            #expect(explanation.className == "red")
            #expect((explanation.heatmap.width, explanation.heatmap.height) == (32, 24))
            let overlay = explanation.overlay()
            for y in 0..<24 {
                for x in 0..<32 {
                    let isRed = y >= 12 && x < 16
                    #expect((explanation.heatmap.values[y * 32 + x] > 0) == isRed)
                    let place = (y * 32 + x) * 3
                    let isSame = overlay.pixels[place..<place + 3] == picture.pixels[place..<place + 3]
                    #expect(isSame != isRed)
                }
            }
        }
    }

    @Test("A map goes back through normalisation that no convolution takes on")
    func normalization() throws {
        // The mean of the filter is normalised and cut at 0, and then is what it was: (x − 0.5) · 2 + 1 = 2 x.
        let network = Network(name: "red", input: [24, 32, 3]) {
            ConvolutionLayer(1, 1, activation: .relu, name: "filter")
            BatchNormalizationLayer(epsilon: 0, activation: .relu, name: "first")
            GlobalAveragePoolingLayer()
            BatchNormalizationLayer(epsilon: 0, activation: .relu, name: "second")
            DenseLayer(2, name: "head")
        }
        var tensors = [
            NamedTensor("filter.weight", [1, 1, 3, 1], [1, -1, -1]), NamedTensor("filter.bias", [1], [0]),
            NamedTensor("head.weight", [1, 2], [3, -3]), NamedTensor("head.bias", [2], [0, 0.1]),
        ]
        for (layer, variance, bias) in [("first", Float(0.25), Float(1)), ("second", 1, 0.5)] {
            tensors += [
                NamedTensor("\(layer).weight", [1], [1]), NamedTensor("\(layer).bias", [1], [bias]),
                NamedTensor("\(layer).running_mean", [1], [0.5]), NamedTensor("\(layer).running_var", [1], [variance]),
            ]
        }
        let model = Model(
            network: network, classes: ["red", "other"], preprocessing: try .guide(width: 32, height: 24),
            weights: ModelWeights(tensors))
        for backend in try Self.backends() {
            let expected = try GradCAM(redDetector(), backend: backend, layer: "filter").explain(picture).heatmap.values
            let map = try GradCAM(model, backend: backend, layer: "filter").explain(picture).heatmap.values
            // The gradient's factor is 2 of the first and 1 of the second, and a quarter of the places get past the first's ReLU.
            #expect(zip(map, expected).allSatisfy { abs($0 - 0.5 * $1) <= 1e-5 * abs($1) })
            #expect(map.contains { $0 > 0 })
        }
    }

    @Test("What speaks against the other class is not shown for it")
    func otherClass() throws {
        let explanation = try GradCAM(redDetector(), backend: CPUBackend()).explain(picture, classIndex: 1)
        #expect(explanation.className == "other")
        #expect(explanation.heatmap.values.allSatisfy { $0 == 0 })
        #expect(explanation.overlay() == picture)
    }

    @Test("A map is scaled from places' centres to places' centres")
    func scaling() {
        let map = Heatmap(width: 2, height: 1, values: [0, 2])
        #expect(map.scaled(width: 4, height: 2) == [0, 0.25, 0.75, 1, 0, 0.25, 0.75, 1])
    }

    @Test("A layer or class that is not there is named")
    func errors() throws {
        let model = try redDetector()
        let backend = try CPUBackend()
        #expect(try GradCAM(model, backend: backend, layer: "filter").layer == "filter")
        let unknown = #expect(throws: GraphError.self) { try GradCAM(model, backend: backend, layer: "conv9") }
        #expect("\(unknown, default: "")".contains("'conv9'"))
        let flat = #expect(throws: GraphError.self) { try GradCAM(model, backend: backend, layer: "head") }
        #expect("\(flat, default: "")".contains("'filter'"))
        #expect(throws: GraphError.self) { try GradCAM(model, backend: backend).explain(picture, classIndex: 2) }
    }
}
