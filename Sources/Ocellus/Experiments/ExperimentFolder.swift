import Foundation
import OcellusModels
import OcellusTraining

/// A folder of several runs that belong together, with a JSON file that says what they are for, so that whoever is interrupted
/// can go on.
struct ExperimentFolder<Description: Codable & Sendable> {
    let path: String
    /// The description's name, as `folds.json`.
    let file: String

    private var descriptionPath: String { path + "/" + file }

    /// Makes a new folder.
    /// - Throws: `TrainingError` when there is something at `path` already; `ModelError` when it cannot be written.
    func create(_ description: Description, files: [(name: String, text: String)] = []) throws {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw TrainingError("\(path) exists already and is not overwritten; name another folder for --output")
        }
        try RunFolder.makeParent(of: path)
        let json = try encoded(description)
        try AtomicFolder.write(to: path, owning: []) { folder in
            try folder.write(file) { try $0.write(json) }
            for (name, text) in files { try folder.write(name) { try $0.write(Array(text.utf8)) } }
        }
    }

    /// Whether there is such a folder.
    var exists: Bool { FileManager.default.fileExists(atPath: descriptionPath) }

    /// Reads the description.
    /// - Throws: `TrainingError` naming what is wrong with it.
    func description() throws -> Description {
        guard let data = FileManager.default.contents(atPath: descriptionPath) else {
            throw TrainingError("\(descriptionPath) cannot be read")
        }
        do {
            return try JSONDecoder().decode(Description.self, from: data)
        } catch {
            throw TrainingError("\(descriptionPath) is damaged: \(error)")
        }
    }

    /// Replaces the description.
    func write(_ description: Description) throws {
        try AtomicFile.write(try encoded(description), to: descriptionPath)
    }

    private func encoded(_ description: Description) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(description))
    }
}

/// A chosen option as files of experiments hold it.
public struct NamedChoice: Sendable, Codable, Equatable {
    /// The option's name.
    public let name: String
    /// Its value, as on a command line.
    public let value: String

    /// An option and its value.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

extension TrainingChoices {
    /// The choices as a list.
    var named: [NamedChoice] { given.map { NamedChoice($0.name, $0.value) } }

    /// Choices from a list.
    /// - Throws: `TrainingError` when there is no such option.
    init(_ named: [NamedChoice]) throws {
        self.init()
        for choice in named { try set(choice.name, to: choice.value) }
    }
}

/// What is told of the runs of an experiment, and what each of them is given.
public struct ExperimentReporting {
    /// Told now and then how many pictures have been decoded, from any thread.
    public var checked: (@Sendable (_ done: Int, _ of: Int) -> Void)?
    /// Told the name of a device whose operations are about to be checked.
    public var willCheck: (_ device: String) -> Void = { _ in }
    /// Told what a run is, and that it begins or goes on.
    public var willRun: (_ title: String) -> Void = { _ in }
    /// What each run is watched by.
    public var callbacks: [any TrainingCallback] = []
    /// Told that a run is about to train, and gives what it alone is watched by.
    public var willTrain: (TrainingJob) -> [any TrainingCallback] = { _ in [] }
    /// Told what came out of a run: the test part's metrics, nil when it was stopped, or why it failed.
    public var didTrain: (TrainingJob, Result<ClassificationMetrics?, any Error>) -> Void = { _, _ in }

    /// Nothing is told.
    public init() {}
}

extension TrainingJob {
    /// Trains, and tells of it.
    func train(
        _ reporting: ExperimentReporting, and callbacks: [any TrainingCallback] = []
    ) throws -> ClassificationMetrics? {
        let watchers = reporting.callbacks + reporting.willTrain(self) + callbacks
        let outcome = Result { try train(callbacks: watchers) }
        reporting.didTrain(self, outcome)
        return try outcome.get()
    }

    /// The run at a path: a new one, or one that was stopped.
    static func begun(
        at path: String, _ settings: () throws -> TrainingSettings, _ reporting: ExperimentReporting,
        features: FeatureCache, threads: Int?, memoryLimit: ByteCount?, stopRequest: StopRequest
    ) throws -> TrainingJob {
        guard FileManager.default.fileExists(atPath: path) else {
            return try TrainingJob(
                settings(), stopRequest: stopRequest, checked: reporting.checked, willCheck: reporting.willCheck)
        }
        return try TrainingJob(
            resuming: path, threads: threads, memoryLimit: memoryLimit, features: features, stopRequest: stopRequest,
            checked: reporting.checked, willCheck: reporting.willCheck)
    }
}
