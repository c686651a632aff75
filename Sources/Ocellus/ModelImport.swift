import Foundation
import OcellusGraph
import OcellusImages
import OcellusModels
import OcellusNetworks
import OcellusTraining

/// What a model is made of whose weights come from elsewhere: all that `ocellus import` does, but for what it shows.
public struct ModelImport: Sendable {
    /// The model, not yet saved.
    public let model: Model
    /// Classes whose names had to be told apart: as they are now called.
    public let renamedClasses: [String]

    /// Reads the weights and the classes' names.
    ///
    /// - Parameters:
    ///   - weights: a safetensors file with the tensors' names of torchvision, or of the network's own layers.
    ///   - labels: a text file with a class a line, in the order of the head. A first line `background` is left out when
    ///     the head has one class fewer.
    ///   - size: the side of the network's input in pixels; nil for what the network's file says, or 224.
    ///   - preprocessing: how the network wants its pictures.
    ///   - sizing: how a picture comes to the input's size, where it is not the preprocessing's own way.
    ///   - padding: how strided windows lay where the weights were trained.
    /// - Throws: `ModelError` naming the file and what does not fit.
    public init(
        weights: String, network: NetworkRequest, labels: String, size: Int? = nil,
        preprocessing: Preprocessing.Preset = .imagenet, sizing: Preprocessing.Sizing = Preprocessing.Sizing(),
        padding: PaddingConvention = .torch
    ) throws {
        func sized(_ classes: Int) throws -> Network {
            try network.network(size: size, classes: classes, padding: padding)
        }
        var classes = try Self.classes(in: labels)
        if let known = try ForeignWeights.classCount(weights, for: sized(classes.count)) {
            if known == classes.count - 1, classes[0].lowercased() == "background" { classes.removeFirst() }
            guard known == classes.count else {
                throw ModelError(
                    labels, "names \(classes.count) classes, but the weights \(weights) tell \(known) apart.")
            }
        }
        let foreign = try ForeignWeights(weights, for: sized(classes.count))
        let input = foreign.network.input
        try self.init(
            network: foreign.network, classes: classes,
            preprocessing: Preprocessing(preprocessing, width: input[1], height: input[0], sizing: sizing),
            options: [
                "weights": weights, "network": network.description, "preprocessing": preprocessing.rawValue,
                "padding": padding.rawValue,
            ], weights: foreign.weights)
    }

    /// A model of parts that were read, with classes of one name told apart.
    package init(
        network: Network, classes: [String], preprocessing: Preprocessing, options: [String: String],
        weights: ModelWeights
    ) {
        var classes = classes
        renamedClasses = Self.tellApart(&classes)
        model = Model(
            network: network, classes: classes, preprocessing: preprocessing,
            training: TrainingRecord(options: options), weights: weights)
    }

    /// Writes the model to a folder, which must not exist yet.
    /// - Throws: `ModelError`, `TrainingError`.
    public func save(to folder: String) throws {
        try RunFolder.checkAbsence(of: folder)
        let parent = URL(fileURLWithPath: folder).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
        } catch {
            throw ModelError(folder, "cannot be made: \(error.localizedDescription)")
        }
        try model.save(to: folder)
    }

    /// The most classes that a file may name.
    private static let maximumCount = 65_536

    /// The classes that a file names, one a line.
    /// - Throws: `ModelError` naming the file.
    package static func classes(in path: String) throws -> [String] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ModelError(path, "cannot be read; it is to name a class a line.")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw ModelError(path, "is not UTF-8 text; it is to name a class a line.")
        }
        let classes = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }
        guard 2...maximumCount ~= classes.count else {
            throw ModelError(path, "names \(classes.count) classes; it is to name 2 to \(maximumCount), one a line.")
        }
        return classes
    }

    /// ImageNet has two cranes, a bird and a machine: `crane` and `crane (2)`.
    private static func tellApart(_ classes: inout [String]) -> [String] {
        var renamed: [String] = []
        var seen = Set<String>()
        for index in classes.indices {
            let name = classes[index]
            var number = 1
            while !seen.insert(classes[index]).inserted {
                number += 1
                classes[index] = "\(name) (\(number))"
            }
            if number > 1 { renamed.append(classes[index]) }
        }
        return renamed
    }
}
