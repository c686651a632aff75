import Foundation
import Ocellus

/// Tells an MLflow server what is in a run's outbox, in order, and remembers how far it has come. What is told twice, because an
/// answer got lost, does no harm: the run is found by its key, and a metric is the same at the same time and step.
public final class MLflowSender: Sendable {
    private let run: String
    private let client: MLflowClient

    /// The most that one request may hold.
    private static let (mostMetrics, mostPairs) = (1000, 100)

    /// A sender for a run that is tracked by MLflow.
    ///
    /// - Parameter server: another server than the one that it was begun with, which gets all of the run then.
    /// - Throws: `MLflowError` when it is not, or its server cannot be one.
    public init(
        run: String, server: MLflowServer? = nil, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws {
        self.run = run
        let state = try MLflowState(run: run)
        if let server, server.address != state.server {
            let lock = try Lock(run)
            defer { lock.release() }
            try MLflowState(server: server.address, experiment: state.experiment, name: state.name).write(to: run)
        }
        client = try MLflowClient(server ?? MLflowServer(state.server, environment: environment))
    }

    deinit { client.close() }

    /// Ends what is being sent. From any thread.
    func cancel() { client.cancel() }

    /// Whether the server has all of a run.
    ///
    /// - Throws: `MLflowError` when the run is not tracked by MLflow.
    public static func isComplete(_ run: String) throws -> Bool {
        try MLflowOutbox.events(of: run, from: MLflowState(run: run).sent).isEmpty
    }

    /// The run's page at the server; nil before it was made there.
    public static func page(of run: String) -> String? { (try? MLflowState(run: run))?.page }

    /// Sends all that is in the outbox.
    ///
    /// - Returns: what the server does not take.
    /// - Throws: `MLflowError` when the server does not take it, which may change, or another process is sending; `ModelError` when
    ///   the run's files cannot be read or written.
    @discardableResult
    public func send() throws -> [String] {
        let lock = try Lock(run)
        defer { lock.release() }
        var delivery = Delivery(run: run, client: client, state: try MLflowState(run: run))
        while true {
            let events = try MLflowOutbox.events(of: run, from: delivery.state.sent)
            guard !events.isEmpty else { return delivery.notes }
            try delivery.send(events)
        }
    }

    /// One process at a time sends a run's outbox.
    private struct Lock {
        let file: FileHandle

        init(_ run: String) throws {
            let path = MLflowOutbox.path(of: run)
            guard let file = FileHandle(forReadingAtPath: path) else { throw MLflowError("\(path) cannot be read") }
            guard flock(file.fileDescriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
                throw MLflowError("another process is sending \(run)")
            }
            self.file = file
        }

        func release() { try? file.close() }
    }
}

/// Events on their way.
private struct Delivery {
    let run: String
    let client: MLflowClient
    var state: MLflowState
    /// What the server does not take.
    var notes: [String] = []

    private var metrics: [JSONValue] = []

    init(run: String, client: MLflowClient, state: MLflowState) {
        (self.run, self.client, self.state) = (run, client, state)
    }

    mutating func send(_ events: [(event: MLflowEvent?, end: Int)]) throws {
        var end = state.sent
        for (event, next) in events {
            if let values = event?.metrics, let event {
                if metrics.count + values.count > 1000 { try sendMetrics(upTo: end) }
                metrics += values.sorted { $0.key < $1.key }.map { Self.metric($0, $1, event) }
            }
            if let event, event.metrics == nil {
                try sendMetrics(upTo: end)
                try send(event)
                state.sent = next
                try state.write(to: run)
            }
            end = next
        }
        try sendMetrics(upTo: end)
    }

    private mutating func sendMetrics(upTo end: Int) throws {
        guard end > state.sent else { return }
        if !metrics.isEmpty {
            try client.post("runs/log-batch", .object(["run_id": .text(runID()), "metrics": .list(metrics)]))
        }
        metrics = []
        state.sent = end
        try state.write(to: run)
    }

    private mutating func send(_ event: MLflowEvent) throws {
        let id = try runID(from: event.time)
        for (name, pairs) in [("params", event.parameters), ("tags", event.tags)] {
            let all = (pairs ?? [:]).sorted { $0.key < $1.key }.map(Self.pair)
            for start in stride(from: 0, to: all.count, by: 100) {
                let part = Array(all[start..<min(start + 100, all.count)])
                try client.post("runs/log-batch", .object(["run_id": .text(id), name: .list(part)]))
            }
        }
        if let file = event.file { try send(file: file) }
        if let status = event.status {
            var update: [String: JSONValue] = ["run_id": .text(id), "status": .text(status)]
            if status != "RUNNING" { update["end_time"] = .number(Double(event.time)) }
            try client.post("runs/update", .object(update))
        }
    }

    // MARK: The run

    /// The run at the server, which is found or made.
    private mutating func runID(from time: Int64 = MLflowEvent.now) throws -> String {
        if let id = state.runID { return id }
        let experiment = try state.experimentID ?? experimentID()
        if state.experimentID == nil {
            state.experimentID = experiment
            try state.write(to: run)
        }
        let found = try client.post(
            "runs/search",
            .object([
                "experiment_ids": .list([.text(experiment)]), "max_results": .number(1),
                "filter": .text("tags.`ocellus.key` = '\(state.key)'"),
            ]))
        let made: JSONValue
        if case .list(let runs) = found["runs"], let first = runs.first {
            made = first
        } else {
            let tags = ["ocellus.key": state.key, "mlflow.runName": state.name]
            made =
                try client.post(
                    "runs/create",
                    .object([
                        "experiment_id": .text(experiment), "start_time": .number(Double(time)),
                        "run_name": .text(state.name), "tags": .list(tags.sorted { $0.key < $1.key }.map(Self.pair)),
                    ]))["run"] ?? .null
        }
        guard let id = made["info"]?["run_id"]?.text else {
            throw MLflowError("\(state.server) answers without a run's ID; is it the address of an MLflow server?")
        }
        state.runID = id
        state.artifacts = made["info"]?["artifact_uri"]?.text
        try state.write(to: run)
        return id
    }

    private func experimentID() throws -> String {
        do {
            return try foundExperiment()
        } catch let error as MLflowError where error.code == "RESOURCE_DOES_NOT_EXIST" {
            do {
                let made = try client.post("experiments/create", Self.newExperiment(state.experiment))
                if let id = made["experiment_id"]?.text { return id }
            } catch let error as MLflowError where error.code == "RESOURCE_ALREADY_EXISTS" {
                // Another run was quicker.
                return try foundExperiment()
            }
            throw MLflowError("\(state.server) makes no experiment '\(state.experiment)'")
        }
    }

    /// MLflow 3's page shows an experiment without a kind as one of language models' traces.
    private static func newExperiment(_ name: String) -> JSONValue {
        let kind = ["key": JSONValue.text("mlflow.experimentKind"), "value": .text("custom_model_development")]
        return .object(["name": .text(name), "tags": .list([.object(kind)])])
    }

    private func foundExperiment() throws -> String {
        let found = try client.get("experiments/get-by-name", ["experiment_name": state.experiment])["experiment"]
        guard let id = found?["experiment_id"]?.text else {
            throw MLflowError(
                "\(state.server) answers without an experiment's ID; is it the address of an MLflow server?")
        }
        guard found?["lifecycle_stage"]?.text != "deleted" else {
            throw MLflowError(
                "the experiment '\(state.experiment)' was deleted at \(state.server): restore it there, or take another"
            )
        }
        return id
    }

    // MARK: Files

    private mutating func send(file: String) throws {
        let path = run + "/" + file
        guard FileManager.default.fileExists(atPath: path) else {
            notes.append("\(path) is there no longer, so that the MLflow server does not get it")
            return
        }
        guard let folder = artifactFolder else {
            let note =
                "\(state.server) has its files kept at \(state.artifacts ?? "an unknown place"), not by the server itself: the model and the "
                + "report stay in \(run)"
            if !notes.contains(note) { notes.append(note) }
            return
        }
        let name = file.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? file
        try client.put(path, to: folder + "/" + name)
    }

    /// Where the server takes the run's files; nil when it does not take them itself. MLflow's own clients read an address of the
    /// scheme `mlflow-artifacts` as this, without a host as the tracking server's.
    private var artifactFolder: String? {
        guard let artifacts = state.artifacts, let parts = URLComponents(string: artifacts),
            parts.scheme == "mlflow-artifacts"
        else { return nil }
        var server = state.server
        if let host = parts.host, !host.isEmpty {
            let scheme = state.server.prefix { $0 != ":" }
            server = "\(scheme)://\(host)" + (parts.port.map { ":\($0)" } ?? "")
        }
        let path = parts.percentEncodedPath.drop { $0 == "/" }
        return "\(server)/api/2.0/mlflow-artifacts/artifacts/\(path)"
    }

    // MARK: Values

    private static func metric(_ name: String, _ value: Double, _ event: MLflowEvent) -> JSONValue {
        // What is no number is a text, as in protocol buffers' JSON.
        let number: JSONValue =
            value.isFinite ? .number(value) : .text(value.isNaN ? "NaN" : value > 0 ? "Infinity" : "-Infinity")
        return .object([
            "key": .text(name), "value": number, "timestamp": .number(Double(event.time)),
            "step": .number(Double(event.step ?? 0)),
        ])
    }

    private static func pair(_ name: String, _ value: String) -> JSONValue {
        .object(["key": .text(name), "value": .text(value)])
    }
}
