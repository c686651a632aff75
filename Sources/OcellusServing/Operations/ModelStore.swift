import Logging
import Ocellus
import OcellusData
import Synchronization

/// The models that a service has, each in the version that is the newest good one.
///
/// Weights are in memory of the service's own: whatever happens to a folder, what serves goes on.
final class ModelStore: Sendable {
    private struct Slot {
        let source: ModelSource
        var loaded: LoadedModel?
        var version = 0
        /// How often loading has begun.
        var attempts = 0
        /// The files that were tried last, whether they were good or not.
        var tried: ModelFingerprint?
        /// How the files were seen last: they are taken once they stay the same.
        var seen: ModelFingerprint?
    }

    private let slots: Mutex<[Slot]>
    private let engine: InferenceEngine
    private let metrics: ServingMetrics
    private let logger: Logger

    init(_ sources: [ModelSource], engine: InferenceEngine, metrics: ServingMetrics, logger: Logger) {
        slots = Mutex(sources.map { Slot(source: $0) })
        self.engine = engine
        self.metrics = metrics
        self.logger = logger
    }

    /// Loads all models.
    /// - Throws: what is wrong with the first that cannot be loaded.
    func loadAll() async throws {
        for place in slots.withLock({ $0.indices }) { try await load(place) }
    }

    /// Runs a whole batch of each, before anyone waits for one.
    func warmAll() async {
        for model in all {
            do {
                try await engine.warm(model)
            } catch {
                logger.error("a batch fails", metadata: ["model": "\(model.name)", "error": "\(error)"])
            }
        }
    }

    /// All that serve now, in the order in which they were given.
    var all: [LoadedModel] { slots.withLock { $0.compactMap(\.loaded) } }

    /// The model of a name; the first when nil.
    /// - Throws: `RequestError` 404.
    func model(named name: String?) throws -> LoadedModel {
        let found = slots.withLock { slots in
            name.map { name in slots.first { $0.source.name == name }?.loaded } ?? slots.first?.loaded
        }
        guard let found else { throw RequestError(.notFound, "There is no model of that name") }
        return found
    }

    /// Loads all models anew. One that cannot be loaded leaves the one before it serving.
    func reloadAll() async {
        for place in slots.withLock({ $0.indices }) { await reload(place) }
    }

    /// Loads the models whose files have changed, and have then stayed the same since the call before.
    func reloadChanged() async {
        let changed = slots.withLock { slots in
            slots.indices.filter { place in
                let now = ModelFingerprint(of: slots[place].source.folder)
                defer { slots[place].seen = now }
                return now != slots[place].tried && now == slots[place].seen
            }
        }
        for place in changed { await reload(place) }
    }

    private func reload(_ place: Int) async {
        let source = slots.withLock { $0[place].source }
        do {
            try await load(place)
            logger.notice("a model was loaded anew", metadata: ["model": "\(source.name)"])
        } catch {
            logger.error(
                "a model could not be loaded anew; the one before it still serves",
                metadata: ["model": "\(source.name)", "error": "\(error)"])
        }
    }

    private func load(_ place: Int) async throws {
        let (source, version, attempt) = slots.withLock { slots in
            let now = ModelFingerprint(of: slots[place].source.folder)
            (slots[place].tried, slots[place].seen) = (now, now)
            slots[place].attempts += 1
            return (slots[place].source, slots[place].version + 1, slots[place].attempts)
        }
        do {
            // The weights are copied, and compared with their checksum, while the device prepares the network.
            let (model, verification) = try await engine.offload {
                try Model.loading(contentsOf: source.folder, isDetached: true)
            }
            let loaded = try await engine.prepare(model, name: source.name, version: version, isWarm: version > 1)
            try await engine.offload { try verification.wait() }
            slots.withLock {
                // One that began later has newer files.
                guard $0[place].attempts == attempt else { return }
                $0[place].loaded = loaded
                $0[place].version = version
            }
            metrics.loaded(source.name, isGood: true)
        } catch {
            metrics.loaded(source.name, isGood: false)
            throw error
        }
    }
}

/// A model's folder, and what clients call it.
public struct ModelSource: Sendable, Equatable {
    /// Letters, digits, `-`, `_` and `.`.
    public let name: String
    /// The folder.
    public let folder: String

    /// A model with a name.
    /// - Throws: `HTTPServiceError` when the name has other characters.
    public init(name: String, folder: String) throws {
        let isGood = name.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".": true
            default: false
            }
        }
        guard isGood, 1...100 ~= name.count else {
            throw HTTPServiceError("'\(name)' is no name for a model: use letters, digits, '-', '_' and '.'")
        }
        self.name = name
        self.folder = folder
    }

    /// Reads `name=folder`.
    /// - Throws: `HTTPServiceError`.
    public init(_ text: String) throws {
        let parts = text.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { throw HTTPServiceError("'\(text)' is not NAME=FOLDER") }
        try self.init(name: String(parts[0]), folder: String(parts[1]))
    }
}
