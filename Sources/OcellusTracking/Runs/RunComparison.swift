import Ocellus

/// What differs between two runs.
public struct RunComparison: Sendable, Encodable {
    /// A setting or a result of both.
    public struct Row: Sendable, Equatable, Encodable {
        /// Its name.
        public let name: String
        /// The first run's; nil where it has none.
        public let first: String?
        /// The second run's; nil where it has none.
        public let second: String?
    }

    /// Settings that differ, by name.
    public let settings: [Row]
    /// Results of both.
    public let results: [Row]
    /// Whether the test parts are the same, so that accuracies compare; nil where one is not known.
    public let hasSameTestPart: Bool?

    /// Compares two runs.
    public init(_ first: RunRecord, _ second: RunRecord) {
        settings = Set(first.settings.keys).union(second.settings.keys).sorted().compactMap { name in
            let row = Row(name: name, first: first.settings[name], second: second.settings[name])
            return row.first == row.second ? nil : row
        }
        func row(_ name: String, _ value: (RunRecord) -> String?) -> Row {
            Row(name: name, first: value(first), second: value(second))
        }
        func percent(_ value: Double?) -> String? { value.map { "\((($0 * 10000).rounded()) / 100) %" } }
        results = [
            row("best epoch") { $0.bestEpoch.map { "\($0)" } },
            row("validation accuracy") { percent($0.validationAccuracy) },
            row("test accuracy") { percent($0.testAccuracy) },
            row("test loss") { $0.description.result.map { "\(Float($0.testLoss))" } },
            row("epochs") { "\($0.epochs.count)" },
            row("seconds") { "\(($0.seconds * 10).rounded() / 10)" },
        ]
        hasSameTestPart =
            if let part = first.testPart, let other = second.testPart { part == other } else { nil }
    }
}
