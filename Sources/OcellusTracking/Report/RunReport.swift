import Foundation
import Ocellus

/// A run as one HTML page that needs nothing else: what was trained on what, how it went, how good it is on the test part, where it
/// errs and what it looks at there, and how to do it again. It can be read in the dark, on paper and without colour.
public struct RunReport {
    /// The run.
    public let run: RunRecord
    /// What the best epoch's weights say of each picture of the test part.
    public let results: PictureResults
    /// The same in figures.
    public let metrics: ClassificationMetrics
    let model: Model
    let pictures: ReportPictures

    /// Evaluates a run's model on its test part.
    ///
    /// - Parameters:
    ///   - path: the run's folder; it needs a model, but need not have come to its end.
    ///   - data: where its pictures are; nil for where they were.
    ///   - progress: told how many pictures are done, of how many.
    /// - Throws: `TrainingError`, `ModelError`, `DatasetError`, `BackendError`.
    public init(
        run path: String, data: String? = nil, device: DeviceRequest = .auto, threads: Int? = nil,
        precision: Precision = .fp32, progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) throws {
        run = try RunRecord(contentsOf: path)
        let job = try EvaluationJob(
            model: path + "/model", data: data ?? run.description.data, part: .test, device: device, threads: threads,
            precision: precision)
        model = job.model
        var batches: [BatchResult] = []
        metrics = try job.evaluate(progress: progress) { batches.append($0) }
        results = PictureResults(classes: model.classes, files: job.files, batches: batches)
        pictures = ReportPictures(model, backend: job.device.backend)
    }

    /// Takes what a run gave on its test part when it came to its end.
    ///
    /// - Parameter metrics: what `TrainingJob.train` returned.
    /// - Throws: `TrainingError`, `ModelError`.
    public init(_ job: TrainingJob, _ metrics: ClassificationMetrics) throws {
        run = try RunRecord(contentsOf: job.run.path)
        model = try job.trainer.model()
        self.metrics = metrics
        results = PictureResults(job)
        pictures = ReportPictures(model, backend: job.trainer.backend)
    }

    /// Writes the page, or replaces it.
    ///
    /// - Throws: `ModelError` when it cannot be written.
    public func write(to path: String) throws { try AtomicFile.write(Array(html.utf8), to: path) }

    /// The page.
    public var html: String {
        let title = "\(model.network.name) on \(URL(fileURLWithPath: run.description.data).lastPathComponent)"
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(escapedHTML(title))</title>
            <style>\(ReportStyle.css)</style>
            </head>
            <body>
            <header>
            <h1>\(escapedHTML(title))</h1>
            <p class="quiet">\(escapedHTML(run.path)), begun \(escapedHTML(run.description.date)), Ocellus \(escapedHTML(run.description.version))</p>
            \(figures)
            </header>
            <nav aria-label="Contents">\(contents)</nav>
            <main>
            \(Section.allCases.map(section).joined(separator: "\n"))
            </main>
            </body>
            </html>

            """
    }

    enum Section: String, CaseIterable {
        case setup, curves, confusion, classes, thresholds, calibration, mistakes, speed, again

        var title: String {
            switch self {
            case .setup: "What was trained on what"
            case .curves: "How training went"
            case .confusion: "What is taken for what"
            case .classes: "Each class"
            case .thresholds: "Precision and recall"
            case .calibration: "Can its confidence be believed?"
            case .mistakes: "The worst mistakes"
            case .speed: "Speed and memory"
            case .again: "How to do it again"
            }
        }
    }

    private var contents: String {
        Section.allCases.map { "<a href=\"#\($0.rawValue)\">\($0.title)</a>" }.joined(separator: "\n")
    }

    private func section(_ section: Section) -> String {
        let body =
            switch section {
            case .setup: setup
            case .curves: curves
            case .confusion: confusion
            case .classes: classTable
            case .thresholds: thresholds
            case .calibration: calibration
            case .mistakes: mistakes
            case .speed: speed
            case .again: again
            }
        return "<section id=\"\(section.rawValue)\">\n<h2>\(section.title)</h2>\n\(body)\n</section>"
    }

    /// The figures that count, large.
    private var figures: String {
        let bounds = results.accuracyBounds
        let classes = metrics.perClass
        let f1 = classes.reduce(0) { $0 + $1.f1 } / Double(max(classes.count, 1))
        let shown = [
            (
                percent(results.accuracy), "test accuracy",
                "95 %: \(percent(bounds.lowerBound)) to \(percent(bounds.upperBound))"
            ),
            (number(f1), "mean F1", "over \(classes.count) classes"),
            (
                percent(results.reliability.expectedCalibrationError), "calibration error",
                "confidence less accuracy, in 15 bins"
            ),
            ("\(results.entries.count)", "test pictures", "never seen in training"),
        ]
        return "<dl class=\"figures\">"
            + shown.map { "<div><dt>\($0.1)</dt><dd>\($0.0)</dd><dd class=\"quiet\">\($0.2)</dd></div>" }.joined()
            + "</dl>"
    }

    private var setup: String {
        let description = run.description
        let counts = Part.allCases.map { "\($0.rawValue) \(description.pictures[$0.rawValue] ?? 0)" }
        var rows = [
            ["pictures", description.data],
            ["fingerprint", description.dataFingerprint],
            ["parts", counts.joined(separator: ", ") + (run.testPart.map { "; test part \($0)" } ?? "")],
            ["classes", description.classes.joined(separator: ", ")],
            ["network", "\(model.network.name), input \(model.network.input)"],
            ["device", "\(description.device.name) (\(description.device.detail))"],
        ]
        if let summary = try? NetworkSummary(model.network) {
            rows.append(["weights", "\(summary.parameters) (\(ByteCount(summary.parameters * 4)))"])
        }
        if let weights = description.weights { rows.append(["started from", weights.path]) }
        let settings = run.settings.filter { $0.key.hasPrefix("options.") || $0.key.hasPrefix("preprocessing.") }
            .sorted { $0.key < $1.key }.map { [$0.key, $0.value] }
        return "<table class=\"plain\">\(tableRows(rows))</table>"
            + "<details><summary>Every setting</summary><table class=\"plain\">\(tableRows(settings))</table></details>"
    }

    private var curves: String {
        guard !run.epochs.isEmpty else { return "<p>No epoch is complete yet.</p>" }
        func line(_ name: String, _ column: String) -> LineChart.Series {
            LineChart.Series(
                name: name,
                points: run.epochs.compactMap { row in
                    row["epoch"].flatMap { epoch in row[column].map { (x: epoch, y: $0) } }
                })
        }
        let mark = run.bestEpoch.map { (x: Double($0), name: "best") }
        let lastEpoch = run.epochs.last?["epoch"] ?? 1
        let charts = [
            LineChart(
                title: "Loss over epochs", xTitle: "epoch",
                series: [line("training loss", "loss"), line("validation loss", "validation_loss")], mark: mark),
            LineChart(
                title: "Accuracy over epochs", xTitle: "epoch",
                series: [line("training", "accuracy"), line("validation", "validation_accuracy")], yBounds: 0...1,
                xBounds: nil, mark: mark, formatsYAsPercent: true),
            LineChart(
                title: "Learning rate over epochs", xTitle: "epoch", series: [line("learning rate", "learning_rate")]),
        ]
        let rows = run.epochs.map { row in
            "<tr>"
                + Self.columns.map {
                    "<td>\(number(row[$0] ?? 0, $0 == "epoch" ? 0 : $0 == "learning_rate" ? 6 : 4))</td>"
                }.joined() + "</tr>"
        }.joined(separator: "\n")
        return "<div class=\"charts\">"
            + charts.map { "<figure>\($0.svg)<figcaption>\($0.title)</figcaption></figure>" }.joined()
            + "</div><details><summary>The same as numbers (\(Int(lastEpoch)) epochs)</summary><table><tr>"
            + Self.columns.map { "<th scope=\"col\">\($0.replacingOccurrences(of: "_", with: " "))</th>" }.joined()
            + "</tr>\n\(rows)</table></details>"
    }

    private static let columns = [
        "epoch", "loss", "accuracy", "validation_loss", "validation_accuracy", "learning_rate", "seconds",
        "images_per_second",
    ]

    private var speed: String {
        let rates = run.epochs.compactMap { $0["images_per_second"] }.sorted()
        let median = rates.isEmpty ? 0 : rates[rates.count / 2]
        var rows = [
            ["training", "\(number(median, 0)) pictures a second (median of the epochs)"],
            ["epochs", "\(run.epochs.count) in \(number(run.seconds, 1)) s"],
            ["device", "\(run.description.device.name) (\(run.description.device.detail))"],
        ]
        if let result = run.description.result {
            if let count = result.plannedMemory {
                rows.append(["memory", "\(ByteCount(count)) for the network and its training, as planned"])
            }
            if let count = result.peakMemory {
                rows.append(["memory of the process", "\(ByteCount(count)) at most, pictures included"])
            }
        }
        return "<table class=\"plain\">\(tableRows(rows))</table>"
    }

    private var again: String {
        let command =
            run.description.command.map { $0.map(Self.quoted).joined(separator: " ") }
            ?? "a program of its own trained it"
        return """
            <p>The same seed gives the same weights, bit for bit, on the same backend and device. The run's <code>split.csv</code> says which
            picture was in which part, and <code>run.json</code> every option.</p>
            <pre>\(escapedHTML(command))</pre>
            <p>The same on other settings, with the same parts: add <code>--split-from \(escapedHTML(run.path))/split.csv</code>.</p>
            """
    }

    /// A word of a command line as a shell takes it.
    private static func quoted(_ word: String) -> String {
        let isPlain = word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./:=,%+@".contains($0)) }
        return isPlain && !word.isEmpty ? word : "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }
}
