/// A node's attributes, of which each has to be known.
struct ONNXAttributes {
    private let attributes: [String: ONNXAttribute]

    /// - Throws: `ONNXFault` that names one that is not among `known`.
    init(_ node: ONNXNode, _ known: Set<String>) throws(ONNXFault) {
        attributes = Dictionary(node.attribute.map { ($0.name, $0) }) { first, _ in first }
        if let unknown = attributes.keys.filter({ !known.contains($0) }).min() {
            throw ONNXFault("its attribute '\(unknown.brief)' is not supported")
        }
    }

    func has(_ name: String) -> Bool { attributes[name] != nil }

    func int(_ name: String, default value: Int) throws(ONNXFault) -> Int {
        try read(name, .int).map { Int($0.i) } ?? value
    }

    func float(_ name: String, default value: Float) throws(ONNXFault) -> Float {
        try read(name, .float)?.f ?? value
    }

    func ints(_ name: String) throws(ONNXFault) -> [Int]? { try read(name, .ints)?.ints.map(Int.init) }

    func string(_ name: String, default value: String) throws(ONNXFault) -> String {
        try read(name, .string).map { String(decoding: $0.s, as: UTF8.self) } ?? value
    }

    func tensor(_ name: String) throws(ONNXFault) -> ONNXTensor? { try read(name, .tensor)?.t }

    func floats(_ name: String) throws(ONNXFault) -> [Float]? { try read(name, .floats)?.floats }

    private func read(_ name: String, _ kind: ONNXAttribute.Kind) throws(ONNXFault) -> ONNXAttribute? {
        guard let attribute = attributes[name] else { return nil }
        // Files of the format's first version do not say which kind it is.
        guard attribute.type == kind || attribute.type == .undefined else {
            throw ONNXFault("its attribute '\(name)' is of the kind \(attribute.type) and should be \(kind)")
        }
        return attribute
    }
}
