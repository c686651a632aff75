import Ocellus

/// What `evaluate` shows.
struct EvaluationDisplay {
    let isJSON: Bool

    func show(_ job: EvaluationJob) {
        for file in job.dataset.unreadable { Terminal.warn("left out: \(file)") }
        let device = job.device.backend.device
        Terminal.note("\(job.pictureCount) pictures on \(device.name), \(device.detail)")
    }

    func progress(_ done: Int, _ count: Int) { Terminal.status("\(done)/\(count)") }

    func showResult(_ metrics: ClassificationMetrics, _ threshold: RejectionThreshold?) throws {
        Terminal.clearStatus()
        guard !isJSON else { return try Terminal.writeJSON(Line(metrics: metrics, rejection: threshold)) }
        Terminal.write(metrics.text)
        guard let threshold else { return }
        Terminal.write(
            "--reject-below \(threshold.confidence): of the answers not rejected \(Terminal.percent(threshold.precision)) are right, "
                + "and \(Terminal.percent(1 - threshold.coverage)) are rejected")
    }

    /// The metrics, and the threshold beside them.
    private struct Line: Encodable {
        let metrics: ClassificationMetrics
        let rejection: RejectionThreshold?

        private enum Key: String, CodingKey { case rejection }

        func encode(to encoder: any Encoder) throws {
            try metrics.encode(to: encoder)
            var container = encoder.container(keyedBy: Key.self)
            try container.encodeIfPresent(rejection, forKey: .rejection)
        }
    }
}
