import Ocellus

extension ModelImport {
    /// Reads an ONNX file and the classes' names.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - labels: a text file with a class a line, in the order of the output. A first line `background` is left out when the
    ///     output has one class fewer. Nil for what the file itself says.
    ///   - size: the side of the pictures in pixels, where the file leaves it open.
    ///   - preprocessing: how the network wants its pictures; nil for what the file says, or torchvision's way.
    ///   - sizing: how a picture comes to the input's size, where it is not the preprocessing's own way.
    /// - Throws: `ModelError` naming the file and the node that is not supported, or what does not fit.
    public init(
        onnx path: String, labels: String?, size: Int? = nil, preprocessing: Preprocessing.Preset? = nil,
        sizing: Preprocessing.Sizing = Preprocessing.Sizing()
    ) throws {
        let file = try ONNXImport(path, size: size)
        let count = try file.network.classCount()
        guard var classes = try labels.map({ try Self.classes(in: $0) }) ?? file.classes else {
            throw ModelError(path, "does not name its \(count) classes; give a file that does with --classes.")
        }
        if classes.count == count + 1, classes[0].lowercased() == "background" { classes.removeFirst() }
        guard classes.count == count else {
            throw ModelError(labels ?? path, "names \(classes.count) classes, but the network of \(path) has \(count).")
        }
        let input = file.network.input
        let own = preprocessing == nil && sizing == Preprocessing.Sizing() ? file.preprocessing : nil
        self.init(
            network: file.network, classes: classes,
            preprocessing: try own
                ?? Preprocessing(preprocessing ?? .imagenet, width: input[1], height: input[0], sizing: sizing),
            options: [
                "weights": path, "preprocessing": own == nil ? (preprocessing ?? .imagenet).rawValue : "the file's",
            ],
            weights: file.weights)
    }
}
