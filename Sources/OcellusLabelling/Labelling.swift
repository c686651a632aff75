import Ocellus

/// All that `ocellus label` does, but for the page: a session, a model that suggests, and its retraining.
public final class Labelling: Sendable {
    /// The pictures and their labels.
    public let session: LabellingSession
    /// What a person should know before they begin.
    public let remarks: [String]

    private let suggestions: SuggestingModel
    private let retraining: Retraining
    private let canTrain: Bool

    /// Opens the folder, the labels and the model; and begins to look at the pictures in the background.
    ///
    /// - Throws: `DatasetError`, `ModelError`.
    public init(_ settings: LabellingSettings) throws {
        let model = try settings.model.map { try Model(contentsOf: $0) }
        let session = try LabellingSession(settings, modelClasses: model?.classes ?? [])
        let suggestions = SuggestingModel(session, settings)
        self.session = session
        self.suggestions = suggestions
        retraining = Retraining(settings, labels: session.labelsPath) { suggestions.use($0, name: $1) }
        canTrain = model != nil
        var remarks = session.remarks
        if let model, let path = settings.model {
            if Suggestion.places(of: model.classes, in: session.classes) != nil {
                suggestions.use(model, name: path)
            } else {
                remarks.append(
                    "the model \(path) does not know these classes, so that it suggests nothing until it is retrained on some "
                        + "labels")
            }
        }
        self.remarks = remarks
        suggestions.start()
    }

    /// Ends what runs in the background. Labels need no end: they are on the disk.
    public func stop() {
        suggestions.stop()
        retraining.requestStop()
    }

    /// Where the labelling, the model and its training stand.
    public var status: LabellingStatus {
        LabellingStatus(
            version: session.version, counts: session.counts, model: suggestions.status.name,
            generation: suggestions.status.generation, modelProblem: suggestions.status.problem, canTrain: canTrain,
            training: retraining.current)
    }

    /// Trains the model on the labels there are, in the background; when it is ready, its suggestions replace those there are.
    ///
    /// - Throws: ``LabellingError/alreadyTraining``, ``LabellingError/noModel``.
    public func retrain() throws { try retraining.start() }

    /// Stops the training, if there is one. The model stays the one before.
    public func stopTraining() { retraining.requestStop() }
}

/// Where the labelling, the model and its training stand.
public struct LabellingStatus: Sendable, Encodable {
    /// The number of the last change.
    public let version: Int
    /// How far it has come.
    public let counts: LabellingCounts
    /// The model that suggests; nil for none.
    public let model: String?
    /// Counts the models: another one has other suggestions.
    public let generation: Int
    /// Why the model suggests nothing.
    public let modelProblem: String?
    /// Whether there is a model that can be retrained.
    public let canTrain: Bool
    let training: Retraining.Status
    /// Whether a model is being trained.
    public var isTraining: Bool { training.state == .running }
    /// How the training goes, or ended, in words.
    public var trainingMessage: String { training.message }

    private enum CodingKeys: String, CodingKey {
        case version, counts, model, generation, modelProblem, canTrain, training
    }
}
