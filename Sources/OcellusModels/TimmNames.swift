import OcellusNetworks

/// timm's names for the tensors of networks that torchvision names otherwise. ResNets have the same names in both.
enum TimmNames {
    /// The names that torchvision, and so our networks, have for the tensors of a file.
    ///
    /// - Returns: torchvision's name for each of the file's; nil when the names are not timm's for this network. A name that
    ///   fits no rule stays as it is.
    static func torchvisionNames(of names: [String], network: String) -> [String: String]? {
        guard let translate = translation(for: network, names: Set(names)) else { return nil }
        return Dictionary(uniqueKeysWithValues: names.map { ($0, translate($0) ?? $0) })
    }

    private static func translation(for network: String, names: Set<String>) -> ((String) -> String?)? {
        let isMobile = names.contains("conv_stem.weight")
        switch network {
        case "mobilenet_v2" where isMobile:
            return MobileNames(names, blocks: .numbered, parts: .mobileNetV2, head: "features.18", classifier: 1)
                .translate
        case "mobilenet_v3_small" where isMobile, "mobilenet_v3_large" where isMobile:
            return MobileNames(names, blocks: .numbered, parts: .block, head: nil, classifier: 3).translate
        case "efficientnet_b0" where isMobile:
            return MobileNames(names, blocks: .staged, parts: .block, head: "features.8", classifier: 1).translate
        case "convnext_tiny" where names.contains("stem.0.weight"):
            return convNeXt
        default: return nil
        }
    }

    /// A name of ConvNeXt's: stages are the odd features, what halves the picture before them the even ones.
    private static func convNeXt(_ name: String) -> String? {
        let words = name.split(separator: ".").map(String.init)
        if words.count == 3, words[0] == "stem" { return "features.0.\(words[1]).\(words[2])" }
        if words.count == 3, words[0] == "head" {
            return ["norm": "classifier.0", "fc": "classifier.2"][words[1]].map { "\($0).\(words[2])" }
        }
        guard words.count >= 5, words[0] == "stages", let stage = Int(words[1]) else { return nil }
        if words[2] == "downsample" { return "features.\(2 * stage).\(words[3]).\(words[4])" }
        let block = "features.\(2 * stage + 1).\(words[3])"
        let part = words[4...].joined(separator: ".")
        if part == "gamma" { return "\(block).layer_scale" }
        let places = ["conv_dw": 0, "norm": 2, "mlp.fc1": 3, "mlp.fc2": 5]
        return part.lastDot.flatMap { part, tensor in places[part].map { "\(block).block.\($0).\(tensor)" } }
    }
}

/// The names of timm's MobileNets and EfficientNets: `blocks.STAGE.INDEX.PART.TENSOR`, whose parts are `conv_pw` (expand),
/// `conv_dw`, `se`, `conv_pwl` (project), and `bn1` to `bn3` after the convolutions; in a block that does not expand, `conv_pw`
/// projects.
private struct MobileNames {
    /// How torchvision names blocks: `features.NUMBER`, or `features.STAGE.INDEX`.
    enum Blocks { case numbered, staged }
    /// How it names their parts: `conv.…`, with the projection and its norm side by side; or `block.N.…`.
    enum Parts { case mobileNetV2, block }

    private let names: Set<String>
    private let blocks: Blocks
    private let parts: Parts
    /// The last convolution; nil where it stands behind the pooling, as MobileNetV3's dense layer.
    private let head: String?
    private let classifier: Int
    /// The blocks in the network's order.
    private let order: [[Int]]

    init(_ names: Set<String>, blocks: Blocks, parts: Parts, head: String?, classifier: Int) {
        (self.names, self.blocks, self.parts, self.head, self.classifier) = (names, blocks, parts, head, classifier)
        let places = names.compactMap { name -> [Int]? in
            let words = name.split(separator: ".")
            guard words.count > 3, words[0] == "blocks", let stage = Int(words[1]), let index = Int(words[2])
            else { return nil }
            return [stage, index]
        }
        order = Set(places).sorted { $0.lexicographicallyPrecedes($1) }
    }

    func translate(_ name: String) -> String? {
        let words = name.split(separator: ".").map(String.init)
        if words.first == "blocks" { return block(words) }
        guard words.count == 2 else { return nil }
        let module: String? =
            switch words[0] {
            case "conv_stem": "features.0.0"
            case "bn1": "features.0.1"
            case "conv_head": head.map { $0 + ".0" } ?? "classifier.0"
            case "bn2": head.map { $0 + ".1" }
            case "classifier": "classifier.\(classifier)"
            default: nil
            }
        return module.map { "\($0).\(words[1])" }
    }

    private func block(_ words: [String]) -> String? {
        guard words.count >= 5, let stage = Int(words[1]), let index = Int(words[2]),
            let number = order.firstIndex(of: [stage, index]), let tensor = words.last
        else { return nil }
        let timm = words.prefix(3).joined(separator: ".")
        let own =
            switch blocks {
            case .numbered: "features.\(number + 1)"
            case .staged: "features.\(stage + 1).\(index)"
            }
        let part = words[3..<(words.count - 1)].joined(separator: ".")
        // MobileNetV3 ends its blocks in a plain convolution.
        let isPlain = names.contains("\(timm).conv.weight")
        let place = isPlain ? ["conv": "0", "bn1": "1"][part] : places(timm)[part]
        return place.map { "\(own).\($0).\(tensor)" }
    }

    /// Where torchvision has the parts of one of timm's blocks.
    private func places(_ block: String) -> [String: String] {
        let expands = names.contains("\(block).conv_pwl.weight")
        let depthwise = expands ? 1 : 0
        let (depthwiseNorm, projectionNorm) = expands ? ("bn2", "bn3") : ("bn1", "bn2")
        let projection = expands ? "conv_pwl" : "conv_pw"
        switch parts {
        case .mobileNetV2:
            let expansion = expands ? ["conv_pw": "conv.0.0", "bn1": "conv.0.1"] : [:]
            return expansion.merging([
                "conv_dw": "conv.\(depthwise).0", depthwiseNorm: "conv.\(depthwise).1",
                projection: "conv.\(depthwise + 1)", projectionNorm: "conv.\(depthwise + 2)",
            ]) { first, _ in first }
        case .block:
            let squeeze = depthwise + 1
            let last = squeeze + (names.contains("\(block).se.conv_reduce.weight") ? 1 : 0)
            let expansion = expands ? ["conv_pw": "block.0.0", "bn1": "block.0.1"] : [:]
            return expansion.merging([
                "conv_dw": "block.\(depthwise).0", depthwiseNorm: "block.\(depthwise).1",
                "se.conv_reduce": "block.\(squeeze).fc1", "se.conv_expand": "block.\(squeeze).fc2",
                projection: "block.\(last).0", projectionNorm: "block.\(last).1",
            ]) { first, _ in first }
        }
    }
}

extension String {
    /// What stands before and after the last dot.
    fileprivate var lastDot: (String, String)? {
        guard let dot = lastIndex(of: ".") else { return nil }
        return (String(self[..<dot]), String(self[index(after: dot)...]))
    }
}
