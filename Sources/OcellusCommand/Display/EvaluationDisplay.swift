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

    func showResult(_ metrics: ClassificationMetrics) throws {
        Terminal.clearStatus()
        if isJSON { try Terminal.writeJSON(metrics) } else { Terminal.write(metrics.text) }
    }
}
