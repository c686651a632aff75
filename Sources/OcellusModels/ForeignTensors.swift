import OcellusNetworks
import OcellusGraph

/// A file of another program's tensors, under the names that a network of ours has for them.
struct ForeignTensors {
    private let file: SafetensorsFile
    /// The file's name of each tensor, by ours. Counters of batches are left out.
    private let fileNames: [String: String]
    private let isTimm: Bool

    /// - Throws: `ModelError` when the file is not safetensors.
    init(_ path: String, for network: Network) throws {
        try Pickle.refuse(path)
        file = try SafetensorsFile(path)
        let names = file.names.filter { !$0.hasSuffix("num_batches_tracked") }
        let translated = TimmNames.torchvisionNames(of: names, network: network.name)
        isTimm = translated != nil
        fileNames = Dictionary(names.map { (translated?[$0] ?? $0, $0) }) { first, _ in first }
    }

    /// Whether this program wrote the file: its layouts are then ours.
    var isOwn: Bool { file.metadata["format"] == "ocellus" }

    func contains(_ name: String) -> Bool { fileNames[name] != nil }

    func shape(of name: String) throws -> Shape { try file.shape(of: fileNames[name] ?? name) }

    func floats(of name: String) throws -> [Float] { try file.floats(of: fileNames[name] ?? name) }

    /// The file's names for what is not among ours, sorted.
    func unknown(but expected: Set<String>) -> [String] {
        fileNames.filter { !expected.contains($0.key) }.map(\.value).sorted()
    }

    /// The network as the file's weights were trained: without normalisation layers where they are folded into biases.
    func network(_ network: Network) -> Network {
        guard fileNames.keys.contains(where: { $0.hasSuffix(".running_mean") }) else {
            return network.withFoldedNormalization()
        }
        // timm trains with PyTorch's ε, and those that it took over from TensorFlow have TensorFlow's.
        return isTimm ? network.withBatchNormalization(epsilon: network.hasSamePadding ? 1e-3 : 1e-5) : network
    }
}
