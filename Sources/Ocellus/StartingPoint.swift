import Foundation
import OcellusImages
import OcellusModels
import OcellusNetworks
import OcellusTraining

/// What a new run begins with: a network, how it wants its pictures, and weights that were trained on others, if any.
struct StartingPoint {
    let network: Network
    let preprocessing: Preprocessing
    /// All weights of the network; nil when they are to be drawn from the seed.
    let weights: ModelWeights?
    /// Where the weights come from.
    let origin: WeightsOrigin?

    /// Reads what the settings name.
    ///
    /// - Parameter classes: the data set's.
    /// - Throws: `ModelError` naming the file of weights and what does not fit; `TrainingError` for settings that do not go
    ///   together.
    init(_ settings: TrainingSettings, classes: [String]) throws {
        guard let path = settings.weights else {
            try self.init(anew: settings, classes: classes)
            return
        }
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            try self.init(model: path, settings, classes: classes)
        } else {
            try self.init(file: path, settings, classes: classes)
        }
    }

    private init(anew settings: TrainingSettings, classes: [String]) throws {
        let request = settings.network ?? .named(.simple)
        network = try request.network(
            size: settings.size, classes: classes.count, padding: settings.padding ?? .torch)
        preprocessing = try Self.preprocessing(settings, for: network, usual: .zeroToOne)
        weights = nil
        origin = nil
    }

    /// Weights alone: the settings say what network they are of.
    private init(file path: String, _ settings: TrainingSettings, classes: [String]) throws {
        guard let request = settings.network else {
            let fitting = try ForeignWeights.network(fitting: path)
            throw TrainingError(
                "\(path) does not say what network it is of; give "
                    + (fitting.map { "--network \($0.rawValue), whose tensors it has" } ?? "--network"))
        }
        let foreign = try ForeignWeights(
            path,
            for: request.network(size: settings.size, classes: classes.count, padding: settings.padding ?? .torch),
            replacesHead: true, seed: settings.options.seed)
        network = foreign.network
        preprocessing = try Self.preprocessing(
            settings, for: network, usual: request == .named(.simple) ? .zeroToOne : .imagenet)
        weights = foreign.weights
        origin = try WeightsOrigin(path, replacedClasses: foreign.replacedClasses)
    }

    /// A model: it knows its network and how it wants its pictures.
    private init(model path: String, _ settings: TrainingSettings, classes: [String]) throws {
        let model = try Model(contentsOf: path)
        let given: [(String, Bool)] = [
            ("--network", settings.network != nil), ("--size", settings.size != nil),
            ("--preprocessing", settings.preprocessing != nil),
            ("--resizing", settings.sizing.resizing != nil),
            ("--interpolation", settings.sizing.interpolation != nil),
            ("--pad-color", settings.sizing.padColor != nil),
            ("--shorter-side", settings.sizing.shorterSide != nil),
            ("--padding", settings.padding != nil),
        ]
        if let option = given.first(where: \.1)?.0 {
            throw TrainingError("the model \(path) says of itself what \(option) says: leave that out")
        }
        preprocessing = model.preprocessing
        let file = path + "/weights.safetensors"
        guard model.classes != classes else {
            (network, weights, origin) = (model.network, model.weights, try WeightsOrigin(file, replacedClasses: nil))
            return
        }
        network = try model.network.replacingHead(classes: classes.count)
        let graph = try network.inferenceGraph()
        let new = ModelWeights(initialOf: graph, seed: settings.options.seed)
        let head = try network.outline()[network.headIndex()].name + "."
        weights = ModelWeights(
            try graph.storedValues.map { graph[$0] }.map { value in
                NamedTensor(
                    value.name, value.description.shape,
                    try (value.name.hasPrefix(head) ? new : model.weights).values(of: value.name))
            })
        origin = try WeightsOrigin(file, replacedClasses: model.classes.count)
    }

    private static func preprocessing(
        _ settings: TrainingSettings, for network: Network, usual: Preprocessing.Preset
    ) throws -> Preprocessing {
        try Preprocessing(
            settings.preprocessing ?? usual, width: network.input[1], height: network.input[0],
            sizing: settings.sizing)
    }
}
