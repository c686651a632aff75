import Ocellus

/// Reads one node: its result is an entry of the graph that is being read.
typealias ONNXOperator = @Sendable (ONNXNode, _ place: Int, inout ONNXGraphReader) throws -> ONNXEntry

/// The operators that are understood, by ONNX's names.
enum ONNXOperators {
    static let all: [String: ONNXOperator] = products.merging(pictures) { first, _ in first }
        .merging(elements) { first, _ in first }.merging(shapes) { first, _ in first }
}

extension ONNXNode {
    /// The name of an input; nil when it is left out.
    func optionalInput(_ place: Int) -> String? {
        input.indices.contains(place) && !input[place].isEmpty ? input[place] : nil
    }

    /// The name of an input.
    /// - Throws: `ONNXFault` when it is left out.
    func requiredInput(_ place: Int) throws(ONNXFault) -> String {
        guard let name = optionalInput(place) else { throw ONNXFault("its input \(place + 1) is missing") }
        return name
    }
}
