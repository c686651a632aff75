import Foundation
import Ocellus
import Testing

/// Torchvision's own logits for weights that follow from the tensors' names; `Golden/make_architectures.py` made them.
struct GoldenNetworks: Decodable {
    let size: Int
    let samples: Int
    let classes: Int
    let logits: [String: [Double]]
    /// The same networks in timm.
    let timm: [String: Timm]
    /// Logits of photos, by file and network.
    let photos: [String: [String: [Double]]]

    struct Timm: Decodable {
        /// timm's names of the tensors, by torchvision's.
        let names: [String: String]
        let logits: [Double]
    }

    static func load() throws -> GoldenNetworks {
        let file = try #require(
            Bundle.module.url(forResource: "architectures", withExtension: "json", subdirectory: "Golden"))
        return try JSONDecoder().decode(GoldenNetworks.self, from: Data(contentsOf: file))
    }

    var images: [Float] { Self.uniform("images", samples * size * size * 3, -1, 1) }

    /// The side of the photos' cut.
    static let photoSize = 224

    /// The middle of a photo, every so many pixels that the most of it is in, in −1…1.
    static func pixels(ofPhoto path: String) throws -> [Float] {
        let image = try RGBImage.decode(contentsOf: path)
        let step = min(image.width, image.height) / photoSize
        let top = (image.height - step * photoSize) / 2
        let left = (image.width - step * photoSize) / 2
        return (0..<photoSize).flatMap { y in
            (0..<photoSize).flatMap { x in
                let place = ((top + y * step) * image.width + left + x * step) * 3
                return image.pixels[place..<(place + 3)].map { Float($0) / 127.5 - 1 }
            }
        }
    }

    /// A network's tensors as PyTorch has them: filters `[out, in, height, width]`, matrices `[out, in]`.
    static func tensors(of network: Network) throws -> [NamedTensor] {
        let graph = try network.inferenceGraph()
        return graph.storedValues.map { id in
            let name = graph[id].name
            let shape = torchShape(graph[id].description.shape)
            return NamedTensor(name, shape, values(name, shape))
        }
    }

    private static func torchShape(_ shape: Shape) -> Shape {
        switch shape.rank {
        case 4: [shape[3], shape[2], shape[0], shape[1]]
        case 2: [shape[1], shape[0]]
        default: shape
        }
    }

    private static func values(_ name: String, _ shape: Shape) -> [Float] {
        if name.hasSuffix("running_var") { return uniform(name, shape.count, 0.5, 1.5) }
        if shape.rank >= 2 {
            let limit = (6 / Double(shape.count / shape[0])).squareRoot()
            return uniform(name, shape.count, -limit, limit)
        }
        return name.hasSuffix("weight")
            ? uniform(name, shape.count, 0.5, 1.5) : uniform(name, shape.count, -0.2, 0.2)
    }

    static func uniform(_ name: String, _ count: Int, _ low: Double, _ high: Double) -> [Float] {
        let seed = name.utf8.reduce(0x811C_9DC5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        return (0..<count).map { index in
            var x = UInt32(truncatingIfNeeded: index) &* 0x9E37_79B9 &+ seed
            x ^= x >> 16
            x = x &* 0x7FEB_352D
            x ^= x >> 15
            x = x &* 0x846C_A68B
            x ^= x >> 16
            return Float(low + (high - low) * (Double(x >> 8) * 0x1p-24))
        }
    }
}
