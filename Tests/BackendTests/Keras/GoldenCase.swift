import Foundation
import OcellusGraph
import Testing

/// What Keras, PyTorch or timm computed, as a script in `Golden` wrote it down: named tensors, and the operations that lead from some of them to
/// others.
struct GoldenCase: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let samples: Int
    let settings: GoldenSettings
    let tensors: [String: Tensor]
    let steps: [Step]

    struct Tensor: Decodable, Sendable {
        let shape: Shape
        let isBatched: Bool
        /// FP32, little-endian.
        let values: Data

        var description: TensorDescription { TensorDescription(shape, batched: isBatched) }
        var numbers: [Double] { BackendTests.numbers(in: Array(values), as: .float32) }
    }

    struct Step: Decodable, Sendable {
        let operation: String
        let inputs: [String]
        let outputs: [String]
        /// What mutated inputs are afterwards, by index.
        let mutated: [String: String]
    }

    var testDescription: String { name }

    /// The cases of one file.
    static func all(_ file: String) -> [GoldenCase] {
        guard let url = Bundle.module.url(forResource: file, withExtension: "json", subdirectory: "Golden") else {
            Issue.record("there is no golden file \(file).json")
            return []
        }
        do {
            return try JSONDecoder().decode([GoldenCase].self, from: Data(contentsOf: url))
        } catch {
            Issue.record("\(url.path()): \(error)")
            return []
        }
    }

    static let all = all("layers") + all("losses") + all("optimizers") + all("torch")
}
