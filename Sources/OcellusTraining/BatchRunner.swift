import OcellusData
import OcellusGraph

/// Runs a plan with the inputs `images` (or `features`) and `targets` on a batch.
struct BatchRunner {
    let classCount: Int
    private var targets: [Float] = []

    init(classCount: Int) { self.classCount = classCount }

    /// Runs phases of a plan on a batch, or on micro-batches of the plan's capacity that make it up: their losses are averaged
    /// over the whole, their random numbers are the whole's, and their gradients add up where the plan keeps their sums.
    ///
    /// - Parameter invocation: the whole batch's.
    mutating func run(
        _ plan: Plan, _ batch: InputBatch, _ invocation: Invocation, phases: ClosedRange<Phase> = .forward ... .update
    ) throws -> BatchResult {
        var losses: [Float] = []
        var probabilities: [Float] = []
        for first in stride(from: 0, to: batch.count, by: plan.capacity) {
            let part = first..<min(first + plan.capacity, batch.count)
            var invocation = invocation
            invocation.count = part.count
            invocation.sampleOffset += first
            invocation.accumulatesGradients = first > 0
            try write(batch, part, to: plan)
            try plan.run(invocation, phases: phases)
            losses += try plan.read("losses", count: part.count)
            probabilities += try plan.read("probabilities", count: part.count)
        }
        return BatchResult(losses: losses, probabilities: probabilities, labels: batch.labels)
    }

    private mutating func write(_ batch: InputBatch, _ part: Range<Int>, to plan: Plan) throws {
        try plan.profiler.measure("write pictures") {
            let input = plan.graph.inputs["features"] == nil ? "images" : "features"
            try batch.withValues(of: part) { try plan.write($0, toInput: input) }
        }
        targets.removeAll(keepingCapacity: true)
        targets.append(contentsOf: repeatElement(0, count: part.count * classCount))
        for (sample, label) in batch.labels[part].enumerated() { targets[sample * classCount + Int(label)] = 1 }
        try plan.write(targets, toInput: "targets")
    }
}
