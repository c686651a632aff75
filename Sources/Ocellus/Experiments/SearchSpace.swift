import Foundation
import OcellusGraph
import OcellusModels
import OcellusTraining
import Yams

/// Options of training and the values that each may have, from which a search draws.
///
/// In a file it is YAML with an option a line:
/// ```yaml
/// optimizer: [adamw, sgd]
/// learning-rate: {log-uniform: [0.0001, 0.1]}
/// label-smoothing: {uniform: [0, 0.2]}
/// batch: {integer: [16, 64]}
/// ```
public struct SearchSpace: Sendable, Equatable, Codable {
    /// What an option may be.
    public enum Values: Sendable, Equatable, Codable {
        /// One of these.
        case choice([String])
        /// A number between two, each equally likely.
        case uniform(Double, Double)
        /// A number between two, each order of magnitude equally likely.
        case logUniform(Double, Double)
        /// A whole number from one to another.
        case integer(Int, Int)
    }

    /// One option.
    public struct Dimension: Sendable, Equatable, Codable {
        /// Its name.
        public let name: String
        /// What it may be.
        public let values: Values

        /// An option and what it may be.
        public init(_ name: String, _ values: Values) {
            self.name = name
            self.values = values
        }
    }

    /// The options.
    public private(set) var dimensions: [Dimension]

    /// A space of these options.
    /// - Throws: `TrainingError` when there is no such option, or it cannot have these values.
    public init(_ dimensions: [Dimension]) throws {
        guard !dimensions.isEmpty else { throw TrainingError("there is nothing to search: the space has no options") }
        self.dimensions = dimensions
        for dimension in dimensions { try Self.check(dimension) }
    }

    /// Reads a YAML file.
    /// - Throws: `ModelError` that names the file, the line, and what is wrong there.
    public init(contentsOf path: String) throws {
        guard let pairs = try YAMLFile.root(of: path, "a space to search")?.mapping, !pairs.isEmpty else {
            throw ModelError(path, "is to hold options and their values, as 'optimizer: [adamw, sgd]', one a line.")
        }
        dimensions = []
        for (key, value) in pairs {
            do {
                let dimension = Dimension(key.scalar?.string ?? "", try Self.values(value))
                try Self.check(dimension)
                dimensions.append(dimension)
            } catch let error as TrainingError {
                throw ModelError(path, "\(key.place)\(error).")
            }
        }
    }

    /// The options of a trial, from 0: they depend on the seed and the trial's number alone.
    public func draw(trial: Int, seed: UInt64) -> [NamedChoice] {
        dimensions.enumerated().map { place, dimension in
            var random = PhiloxSequence(seed: seed, purpose: .search, step: place, sample: trial)
            let part = Double(random.next() >> 11) * 0x1p-53
            return NamedChoice(dimension.name, dimension.values.text(at: part))
        }
    }

    private static func check(_ dimension: Dimension) throws {
        guard
            ![
                "seed", "split", "split-from", "recipe", "device", "threads", "memory-limit", "feature-cache",
                "weights",
            ].contains(dimension.name)
        else { throw TrainingError("'\(dimension.name)' is the same for all trials: give it as an option") }
        let samples =
            switch dimension.values {
            case .choice(let texts): texts
            default: [dimension.values.text(at: 0), dimension.values.text(at: 0.999)]
            }
        for sample in samples {
            var choices = TrainingChoices()
            try choices.set(dimension.name, to: sample)
        }
    }

    private static func values(_ node: Node) throws -> Values {
        if let list = node.sequence {
            let texts = try list.map { node in
                guard let text = node.scalar?.string else { throw TrainingError("a list is to hold values") }
                return text
            }
            guard !texts.isEmpty else { throw TrainingError("a list is to hold values") }
            return .choice(texts)
        }
        let kinds = "{uniform: [a, b]}, {log-uniform: [a, b]} or {integer: [a, b]}"
        guard let pair = node.mapping?.first, node.mapping?.count == 1, let kind = pair.key.scalar?.string,
            let bounds = pair.value.sequence?.compactMap({ Double($0.scalar?.string ?? "") }), bounds.count == 2,
            bounds[0] < bounds[1], bounds.allSatisfy(\.isFinite)
        else { throw TrainingError("give a list of values, or \(kinds) with a below b") }
        switch kind {
        case "uniform": return .uniform(bounds[0], bounds[1])
        case "log-uniform":
            guard bounds[0] > 0 else { throw TrainingError("log-uniform goes from a number above 0") }
            return .logUniform(bounds[0], bounds[1])
        case "integer":
            guard let low = Int(exactly: bounds[0]), let high = Int(exactly: bounds[1]) else {
                throw TrainingError("integer goes from a whole number to another")
            }
            return .integer(low, high)
        default: throw TrainingError("there is no '\(kind)': give a list of values, or \(kinds)")
        }
    }
}

extension SearchSpace.Values {
    /// The value at a place from 0 to below 1; numbers have four digits, which is what is tried.
    fileprivate func text(at part: Double) -> String {
        func rounded(_ value: Double) -> String { "\(Double(String(format: "%.4g", value)) ?? value)" }
        return switch self {
        case .choice(let texts): texts[min(Int(part * Double(texts.count)), texts.count - 1)]
        case .uniform(let low, let high): rounded(low + part * (high - low))
        case .logUniform(let low, let high): rounded(low * pow(high / low, part))
        case .integer(let low, let high): "\(min(low + Int(part * Double(high - low + 1)), high))"
        }
    }
}

extension Philox.Purpose {
    /// The options of a search's trials.
    static let search = Philox.Purpose(rawValue: 0x5EA)
}
