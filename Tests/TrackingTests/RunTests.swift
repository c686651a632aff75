import Foundation
import Ocellus
import OcellusTracking
import Testing

@Suite("Runs are listed, compared and reported on", .serialized)
struct RunTests {
    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "ocellus-runs-" + UUID().uuidString
        try ConveyorParts.write(to: folder + "/parts", imagesPerClass: 12, size: 24)
    }

    @discardableResult
    private func train(_ name: String, epochs: Int = 2, batch: Int = 8, seed: UInt64 = 0) throws
        -> ClassificationMetrics?
    {
        let job = try TrainingJob(
            TrainingSettings(
                data: folder + "/parts", output: folder + "/runs/" + name, size: 20,
                options: TrainingOptions(epochs: epochs, batchSize: batch, seed: seed), device: .cpu))
        return try job.train()
    }

    @Test("A list has each run's figures, and says which test parts differ")
    func list() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let first = try train("a")
        try train("group/b", batch: 4)
        try train("c", seed: 5)
        try FileManager.default.createDirectory(atPath: folder + "/runs/broken", withIntermediateDirectories: true)
        try Data("{".utf8).write(to: URL(fileURLWithPath: folder + "/runs/broken/run.json"))

        var list = try RunList(folder: folder + "/runs")
        #expect(list.runs.count == 3 && list.problems.count == 1 && list.problems[0].contains("broken/run.json"))
        list.sort(by: .name)
        let run = list.runs[0]
        #expect(run.path == folder + "/runs/a" && run.testAccuracy == first?.accuracy && run.epochs.count == 2)
        #expect(run.validationAccuracy == run.best?["validation_accuracy"])
        // The seed draws the split: its test part is another.
        #expect(list.testParts.values.map(\.count).sorted() == [1, 2])
        #expect(run.testPart == list.runs.first { $0.path.hasSuffix("/b") }?.testPart)
        #expect(list.best?.validationAccuracy == list.runs.compactMap(\.validationAccuracy).max())

        try list.filter(setting: "batchSize", value: "4")
        #expect(list.runs.map(\.path) == [folder + "/runs/group/b"])
        #expect(throws: TrainingError.self) { try list.filter(setting: "batchsize", value: "4") }

        let comparison = try RunComparison(run, RunRecord(contentsOf: folder + "/runs/c"))
        #expect(comparison.settings.map(\.name) == ["options.seed"])
        #expect(comparison.hasSameTestPart == false)
        #expect(comparison.results.first { $0.name == "epochs" }?.second == "2")
    }

    @Test("A report has the run's own figures, shows each confusion's pictures, and needs nothing from elsewhere")
    func report() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let metrics = try #require(try train("a", epochs: 1))
        let report = try RunReport(run: folder + "/runs/a", device: .cpu)
        #expect(report.results.accuracy == metrics.accuracy)
        #expect(abs(report.results.loss - metrics.loss) < 1e-6)
        let html = report.html
        #expect(!html.contains("http://") && !html.contains("https://") && !html.contains("<script"))
        for id in [
            "setup", "curves", "confusion", "classes", "thresholds", "calibration", "mistakes", "speed", "again",
        ] {
            #expect(html.contains("id=\"\(id)\""))
        }
        let wrong = report.results.mistakes.count
        #expect(wrong > 0, "one epoch on few pictures leaves mistakes")
        // Each mistake is shown among its confusion's pictures; the worst twelve once more, with what speaks for the wrong class.
        #expect(html.components(separatedBy: "<img ").count - 1 == wrong + 2 * min(wrong, 12))
        #expect(html.components(separatedBy: "<svg ").count - 1 == 5)
        // A learning rate that stays at 0.001 has an axis one can read.
        #expect(html.contains(">0.0005</text>"))
        try report.write(to: folder + "/runs/a/report.html")
        #expect(FileManager.default.fileExists(atPath: folder + "/runs/a/report.html"))
    }

    @Test("A folder that is no run is named")
    func noRun() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let error = #expect(throws: TrainingError.self) { try RunRecord(contentsOf: folder + "/parts") }
        #expect("\(error, default: "")".contains("/parts"))
        #expect(throws: TrainingError.self) { try RunList(folder: folder + "/nothing") }
    }
}
