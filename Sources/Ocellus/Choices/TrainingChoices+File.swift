import Foundation
import OcellusModels
import OcellusTraining
import Yams

extension TrainingChoices {
    /// Reads a file of options, YAML with a name and a value a line, as `learning-rate: 0.001`: the names are those of the
    /// command line's options.
    ///
    /// - Throws: `ModelError` that names the file, the line, and what is wrong there.
    public init(contentsOf path: String) throws {
        self.init()
        guard let node = try YAMLFile.root(of: path, "options") else { return }
        try set(node, in: path)
    }

    /// Chooses what a mapping says.
    mutating func set(_ node: Node, in path: String) throws {
        guard let pairs = node.mapping else {
            throw ModelError(path, "\(node.place)is to hold options as 'epochs: 20', one a line.")
        }
        for (key, value) in pairs {
            guard let name = key.scalar?.string else {
                throw ModelError(path, "\(key.place)an option's name is a word.")
            }
            do {
                try set(name, to: try value.choiceText(of: name, in: path))
            } catch let error as TrainingError {
                throw ModelError(path, "\(key.place)\(error).")
            }
        }
    }
}

extension Node {
    /// Where it stands, as a sentence's beginning.
    var place: String { mark.map { "line \($0.line): " } ?? "" }

    /// The text of a value; those of a list with commas between them.
    func choiceText(of name: String, in path: String) throws -> String {
        if let scalar { return scalar.string }
        let parts = sequence?.compactMap { $0.scalar?.string } ?? []
        guard let sequence, parts.count == sequence.count else {
            throw ModelError(path, "\(place)'\(name)' is to have a value, or a list of values.")
        }
        return parts.joined(separator: ",")
    }
}
