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
    ///   - weights: a safetensors file with the tensors' names of torchvision.
    ///   - labels: a text file with a class a line, in the order of the head. A first line `background` is left out when
    ///     the head has one class fewer.
    ///   - size: the side of the network's input in pixels.
    ///   - preprocessing: how the network wants its pictures.
    ///   - resizing: nil for the preprocessing's own.
    ///   - padding: how strided windows lay where the weights were trained.
    /// - Throws: `ModelError` naming the file and what does not fit.
    public init(
        weights: String, network: NamedNetwork, labels: String, size: Int = 224,
        preprocessing: Preprocessing.Preset = .imagenet, resizing: Preprocessing.Resizing? = nil,
        padding: PaddingConvention = .torch
    ) throws {
        let prepared = try Preprocessing(preprocessing, width: size, height: size, resizing: resizing)
        func sized(_ classes: Int) -> Network {
            network.network(height: size, width: size, classes: classes, padding: padding)
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
        renamedClasses = Self.tellApart(&classes)
        model = Model(
            network: foreign.network, classes: classes, preprocessing: prepared,
            training: TrainingRecord(options: [
                "weights": weights, "network": network.rawValue, "preprocessing": preprocessing.rawValue,
                "padding": padding.rawValue,
            ]), weights: foreign.weights)
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

    private static func classes(in path: String) throws -> [String] {
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
