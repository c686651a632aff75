import OcellusData
import OcellusGraph

/// Runs a plan with the inputs `images` (or `features`) and `targets` on a batch.
struct BatchRunner {
    let classCount: Int
    private var targets: [Float] = []

    init(classCount: Int) { self.classCount = classCount }

    mutating func run(_ plan: Plan, _ batch: InputBatch, _ invocation: Invocation) throws -> BatchResult {
        try plan.profiler.measure("write pictures") {
            let input = plan.graph.inputs["features"] == nil ? "images" : "features"
            try batch.withValues { try plan.write($0, toInput: input) }
        }
        targets.removeAll(keepingCapacity: true)
        targets.append(contentsOf: repeatElement(0, count: batch.count * classCount))
        for (sample, label) in batch.labels.enumerated() { targets[sample * classCount + Int(label)] = 1 }
        try plan.write(targets, toInput: "targets")
        try plan.run(invocation)
        return BatchResult(
            losses: try plan.read("losses", count: batch.count),
            probabilities: try plan.read("probabilities", count: batch.count), labels: batch.labels)
    }
}
