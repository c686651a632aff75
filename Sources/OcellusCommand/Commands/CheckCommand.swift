import ArgumentParser
import Ocellus

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Look for what is wrong with pictures and labels before training on them.",
        discussion: """
            Finds files that cannot be read or are not what their names say; identical and nearly identical pictures (re-encoded, \
            resized, turned, mirrored), across classes and parts too; pictures that are too dark, too bright, blurred, nearly empty, \
            very small, of another shape or grey among coloured ones; small classes and classes of very different size. With \
            --model also labels that the model doubts, and pictures that it can make nothing of. Nothing is changed.
            """)

    @Argument(help: "The folder of pictures, or a CSV file of labels (columns file, class, part).")
    var data: String

    @Option(help: ArgumentHelp("Write a page with thumbnails.", valueName: "report.html"))
    var report: String?

    @Option(help: ArgumentHelp("A model that was trained on other pictures of these classes.", valueName: "model"))
    var model: String?

    @OptionGroup(title: "Device")
    var device: DeviceOptions

    @Flag(
        help:
            "Fail when there are findings that make figures wrong: unreadable files, the same picture in two classes or parts."
    )
    var strict = false

    @Flag(help: "Write one line of JSON to standard output.")
    var json = false

    func run() throws {
        let dataset = try Dataset(folder: data)
        let count = dataset.samples.count
        var check = DatasetCheck(dataset, cacheFolder: DatasetCheck.standardCacheFolder) {
            if $0 % 100 == 0 { Terminal.status("looked at \($0) of \(count) pictures") }
        }
        Terminal.clearStatus()
        if let model {
            let opinion = try ModelOpinion(
                model: model, of: dataset, device: device.device ?? .auto, threads: device.threads
            ) { Terminal.status("classified \($0) of \($1) pictures") }
            Terminal.clearStatus()
            if opinion.trainedCount > 0 {
                Terminal.warn(
                    "the model was trained on \(opinion.trainedCount) of these pictures; of those it says little")
            }
            check.add(opinion.findings)
        }
        if json { try Terminal.writeJSON(CheckSummary(check)) } else { show(check) }
        if let report {
            try CheckReport(check).write(to: report)
            Terminal.note("\(report): the findings with thumbnails")
        }
        if strict, check.findings.contains(where: { $0.kind.severity == .error }) { throw ExitCode.failure }
    }

    private func show(_ check: DatasetCheck) {
        let dataset = check.dataset
        let counts = zip(dataset.classes, dataset.counts).map { "\($0) \($1)" }.joined(separator: ", ")
        Terminal.write("\(dataset.samples.count) pictures of \(dataset.classes.count) classes: \(counts)")
        let shown = 5
        for kind in DatasetFinding.Kind.allCases {
            let findings = check.findings(kind)
            guard !findings.isEmpty else { continue }
            let style: Terminal.Style =
                switch kind.severity {
                case .error: .red
                case .warning: .yellow
                case .note: .dim
                }
            Terminal.write(
                "\n" + Terminal.styled(kind.severity.rawValue + ": ", style)
                    + Terminal.styled("\(kind.title) (\(findings.count))", .bold))
            for finding in findings.prefix(shown) { Terminal.write("  " + finding.message) }
            if findings.count > shown { Terminal.write("  and \(findings.count - shown) more") }
        }
        if check.findings.isEmpty { Terminal.write("\nNothing was found.") }
    }
}

/// What `--json` prints.
private struct CheckSummary: Encodable {
    let data: String
    let fingerprint: String
    let classes: [String: Int]
    let findings: [Entry]

    struct Entry: Encodable {
        let kind: DatasetFinding.Kind
        let severity: DatasetFinding.Severity
        let pictures: [String]
        let message: String
    }

    init(_ check: DatasetCheck) {
        data = check.dataset.source
        fingerprint = check.dataset.fingerprint
        classes = Dictionary(uniqueKeysWithValues: zip(check.dataset.classes, check.dataset.counts))
        findings = check.findings.map {
            Entry(kind: $0.kind, severity: $0.kind.severity, pictures: $0.pictures, message: $0.message)
        }
    }
}
