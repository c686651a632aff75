import Foundation
import Ocellus
import OcellusTracking
import Testing

@Suite("An MLflow server is told of a run, whatever becomes of it", .serialized)
struct MLflowTests {
    private let folder: String
    private let warnings = Warnings()

    final class Warnings: @unchecked Sendable {
        private let lock = NSLock()
        private var texts: [String] = []
        var all: [String] { lock.withLock { texts } }
        func add(_ text: String) { lock.withLock { texts.append(text) } }
    }

    init() throws {
        folder = NSTemporaryDirectory() + "ocellus-mlflow-" + UUID().uuidString
        try ConveyorParts.write(to: folder + "/parts", imagesPerClass: 12, size: 24)
    }

    private func job(_ name: String = "run", epochs: Int = 2, stopRequest: StopRequest = StopRequest()) throws
        -> TrainingJob
    {
        try TrainingJob(
            TrainingSettings(
                data: folder + "/parts", output: folder + "/" + name, size: 20,
                options: TrainingOptions(epochs: epochs, batchSize: 8), device: .cpu), stopRequest: stopRequest)
    }

    private func trackers(_ job: TrainingJob, _ address: String, token: String? = nil) throws -> RunTrackers {
        var options = RunTrackers.Options()
        options.mlflow = MLflowLog.Options(
            server: try MLflowServer(address, environment: token.map { ["MLFLOW_TRACKING_TOKEN": $0] } ?? [:]),
            experiment: "parts & more")
        let warnings = warnings
        return RunTrackers(run: job.run.path, options) { warnings.add($0) }
    }

    /// Trains a run that is told to a server.
    /// - Returns: the run, and where the server shows it.
    private func trained(_ address: String, token: String? = nil, name: String = "run") throws -> (
        job: TrainingJob, page: String?
    ) {
        let job = try job(name)
        let trackers = try trackers(job, address, token: token)
        let metrics = try #require(try job.train(callbacks: trackers.callbacks))
        return (job, trackers.finish(job, metrics))
    }

    /// That a server has all of a run as the run's own files say it.
    private func expectWhole(_ server: FakeMLflow, _ job: TrainingJob) throws {
        let state = server.now
        #expect(state.runs.count == 1)
        let (id, run) = try #require(state.runs.first)
        let record = try RunRecord(contentsOf: job.run.path)
        for (name, column) in [
            ("loss", "loss"), ("accuracy", "accuracy"), ("validation_loss", "validation_loss"),
            ("validation_accuracy", "validation_accuracy"), ("seconds", "seconds"),
        ] {
            #expect(run.values(name) == record.epochs.compactMap { $0[column] }, "\(name)")
        }
        let steps = run.metrics.filter { $0.key == "batch_loss" }.map(\.step)
        #expect(steps.sorted() == Array(1...6))
        let result = try #require(job.description.result)
        #expect(run.values("test_accuracy") == [result.testAccuracy])
        #expect(abs((run.values("test_loss").first ?? 0) - result.testLoss) < 1e-9)
        #expect(run.parameters["options.batchSize"] == "8" && run.parameters["network.name"] == "simple")
        #expect(run.tags["ocellus.data_fingerprint"] == record.description.dataFingerprint)
        #expect(run.tags["best_epoch"] == "\(result.bestEpoch)" && run.status == "FINISHED" && run.name == "run")
        for file in [
            "model/model.json", "model/weights.safetensors", "report.html", "run.json", "metrics.csv", "split.csv",
        ] {
            let sent = state.files["0/\(id)/artifacts/\(file)"]
            #expect(sent.map { Data($0) } == FileManager.default.contents(atPath: job.run.path + "/" + file), "\(file)")
        }
        #expect(try MLflowSender.isComplete(job.run.path))
    }

    @Test("Parameters, metrics, tags and files are the run's; the token is nowhere in it, and tracking costs no bits")
    func whole() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let server = try FakeMLflow()
        defer { server.stop() }
        let (job, page) = try trained(server.address + "/", token: "secret-token")
        try expectWhole(server, job)
        #expect(page == "\(server.address)/#/experiments/1/runs/run0" && warnings.all.isEmpty)
        #expect(server.now.experiments["parts & more"] == "1")
        #expect(server.now.authorizations == ["Bearer secret-token"])
        let enumerator = FileManager.default.enumerator(atPath: job.run.path)
        while let name = enumerator?.nextObject() as? String {
            let data = FileManager.default.contents(atPath: job.run.path + "/" + name) ?? Data()
            #expect(data.range(of: Data("secret-token".utf8)) == nil, "\(name)")
        }
        let plain = try self.job("plain")
        _ = try plain.train()
        let weights = "/model/weights.safetensors"
        #expect(
            FileManager.default.contents(atPath: job.run.path + weights)
                == FileManager.default.contents(atPath: plain.run.path + weights))
    }

    @Test("While nobody listens a run trains as ever; what is kept in it is sent later")
    func down() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // A port that was free a moment ago.
        let gone = try FakeMLflow()
        gone.stop()
        let start = ContinuousClock.now
        let (job, page) = try trained(gone.address)
        #expect(start.duration(to: .now) < .seconds(20))
        #expect(page == nil && warnings.all.contains { $0.contains("does not answer") })
        #expect(warnings.all.contains { $0.contains("ocellus runs sync \(job.run.path)") })
        #expect(throws: MLflowError.self) { try MLflowSender(run: job.run.path, environment: [:]).send() }

        let server = try FakeMLflow(port: gone.port)
        defer { server.stop() }
        #expect(try MLflowSender(run: job.run.path, environment: [:]).send().isEmpty)
        try expectWhole(server, job)
        // There is nothing left to be sent.
        let requests = server.now.requests
        try MLflowSender(run: job.run.path, environment: [:]).send()
        #expect(server.now.requests == requests)
    }

    @Test("A server that takes requests and says nothing holds nothing up, and a lost answer makes no second run")
    func silence() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let server = try FakeMLflow()
        defer { server.stop() }
        server.change { $0.mood = .silent }
        let job = try job()
        let log = MLflowLog(
            run: job.run.path,
            options: MLflowLog.Options(server: try MLflowServer(server.address, environment: [:]), name: "run"),
            warn: { _ in })
        let metrics = try #require(try job.train(callbacks: [log]))
        try RunReport(job, metrics).write(to: job.run.path + "/report.html")
        log.addResults(PictureResults(job), progress: job.trainer.progress)
        let start = ContinuousClock.now
        #expect(!log.close(waiting: 0.5))
        #expect(start.duration(to: .now) < .seconds(5))

        server.change { $0.mood = .deaf }
        for _ in 0..<6 { _ = try? MLflowSender(run: job.run.path, environment: [:]).send() }
        server.change { $0.mood = .well }
        // What was told while answers got lost is told again, to the same run.
        try MLflowSender(run: job.run.path, environment: [:]).send()
        try expectWhole(server, job)
    }

    @Test(
        "Nonsense is reported in its own words, and loses nothing",
        arguments: [
            (500, "{\"message\": \"disk full\"}", "disk full"), (503, "<html>busy</html>", "503"),
            (401, "", "MLFLOW_TRACKING_TOKEN"), (400, "{\"error_code\": \"INVALID\", \"message\": \"no\"}", "400"),
            (200, "<html>welcome</html>", "is it the address of an MLflow server?"), (200, "{}", "ID"),
            (200, "[1, 2]", "is it the address"),
        ])
    func nonsense(status: Int, text: String, words: String) throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let server = try FakeMLflow()
        defer { server.stop() }
        server.change { $0.mood = .nonsense(status, text) }
        let (job, page) = try trained(server.address)
        #expect(page == nil)
        let error = #expect(throws: MLflowError.self) {
            try MLflowSender(run: job.run.path, environment: [:]).send()
        }
        #expect("\(error, default: "")".contains(words))
        server.change { $0.mood = .well }
        try MLflowSender(run: job.run.path, environment: [:]).send()
        try expectWhole(server, job)
    }

    /// A run of two epochs that was stopped after the first.
    private func stoppedAfterOneEpoch(_ server: FakeMLflow) throws -> String {
        final class Stop: TrainingCallback {
            let request = StopRequest()
            func epochDidEnd(_ metrics: EpochMetrics, _ trainer: Trainer) { request.make() }
        }
        let stop = Stop()
        let job = try job(stopRequest: stop.request)
        let trackers = try trackers(job, server.address)
        #expect(try job.train(callbacks: trackers.callbacks + [stop]) == nil)
        trackers.stop()
        return job.run.path
    }

    @Test("A run that was stopped goes on in the same run there, though a line of it was cut short")
    func resumed() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let server = try FakeMLflow()
        defer { server.stop() }
        let path = try stoppedAfterOneEpoch(server)
        #expect(server.now.runs.values.map(\.status) == ["KILLED"])
        let outbox = try FileHandle(forWritingTo: URL(fileURLWithPath: path + "/mlflow.jsonl"))
        try outbox.seekToEnd()
        try outbox.write(contentsOf: Data("{\"metrics\":{\"lo".utf8))
        try outbox.close()

        let second = try TrainingJob(resuming: path)
        let after = RunTrackers(run: path, RunTrackers.Options()) { [warnings] in warnings.add($0) }
        let metrics = try #require(try second.train(callbacks: after.callbacks))
        #expect(after.finish(second, metrics) != nil)
        try expectWhole(server, second)
        #expect(server.now.runs.values.first?.tags["resumed_after_epoch"] == "1")
    }

    @Test("What is no number is told as what it is, and no request holds more than a server takes")
    func limits() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let server = try FakeMLflow()
        defer { server.stop() }
        let (job, _) = try trained(server.address)
        let outbox = try FileHandle(forWritingTo: URL(fileURLWithPath: job.run.path + "/mlflow.jsonl"))
        try outbox.seekToEnd()
        var lines = ["NaN", "Infinity", "-Infinity"].enumerated().map {
            "{\"metrics\":{\"odd\":\"\($1)\"},\"step\":\($0),\"time\":1}\n"
        }
        lines += (0..<2500).map { "{\"metrics\":{\"many\":\($0).5},\"step\":\($0),\"time\":1}\n" }
        let tags = (0..<250).map { "\"tag\($0)\":\"\"" }.joined(separator: ",")
        lines.append("{\"tags\":{\(tags)},\"time\":1}\n")
        try outbox.write(contentsOf: Data(lines.joined().utf8))
        try outbox.close()
        try MLflowSender(run: job.run.path, environment: [:]).send()
        let state = server.now
        let run = try #require(state.runs.values.first)
        #expect(run.metrics.filter { $0.key == "odd" }.map(\.value) == ["NaN", "Infinity", "-Infinity"])
        #expect(run.values("many") == (0..<2500).map { Double($0) + 0.5 })
        #expect(run.tags.keys.count { $0.hasPrefix("tag") } == 250)
        #expect(state.largest.metrics == 1000 && state.largest.pairs == 100)
    }

    @Test("Where the server does not take files itself they stay in the run, which is said once")
    func filesElsewhere() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let server = try FakeMLflow()
        defer { server.stop() }
        server.change { $0.artifactRoot = "s3://bucket/" }
        let (job, page) = try trained(server.address)
        #expect(page != nil && server.now.files.isEmpty)
        #expect(warnings.all.count == 1 && warnings.all[0].contains("s3://bucket/run0/artifacts"))
        #expect(server.now.runs.values.first?.status == "FINISHED")
        #expect(try MLflowSender.isComplete(job.run.path))
    }

    @Test("All of a run can be sent to another server")
    func anotherServer() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (server, other) = (try FakeMLflow(), try FakeMLflow())
        defer {
            server.stop()
            other.stop()
        }
        let (job, _) = try trained(server.address)
        try MLflowSender(run: job.run.path, server: MLflowServer(other.address, environment: [:])).send()
        try expectWhole(other, job)
    }

    @Test(
        "What is no address of a server is refused",
        arguments: ["sqlite:///runs.db", "file:/tmp/runs", "localhost:5000", "http://", "databricks", ""])
    func addresses(_ address: String) {
        let error = #expect(throws: MLflowError.self) { try MLflowServer(address, environment: [:]) }
        #expect("\(error, default: "")".contains("http://localhost:5000"))
    }

    @Test("A password in the address is refused, and not repeated")
    func password() {
        let error = #expect(throws: MLflowError.self) {
            try MLflowServer("http://me:hush@localhost:5000", environment: [:])
        }
        #expect("\(error, default: "")".contains("MLFLOW_TRACKING_PASSWORD"))
        #expect(!"\(error, default: "")".contains("hush"))
    }
}
