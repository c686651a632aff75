import OcellusData
import OcellusGraph

/// Runs plans with the inputs `images` (or `features`) and `targets` on a batch.
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
        try run([plan], batch, invocation, phases: phases)
    }

    /// The same on several devices, each of which gets its share of the batch. They compute at the same time where they are
    /// asynchronous: each is given its work before any is waited for.
    mutating func run(
        _ plans: [Plan], _ batch: InputBatch, _ invocation: Invocation, phases: ClosedRange<Phase>
    ) throws -> BatchResult {
        let shares = Self.shares(of: batch.count, among: plans.count)
        var losses = [[Float]](repeating: [], count: plans.count)
        var probabilities = losses
        var round = 0
        while true {
            var parts: [(device: Int, range: Range<Int>)] = []
            for (device, plan) in plans.enumerated() {
                let first = shares[device].lowerBound + round * plan.capacity
                guard first < shares[device].upperBound else { continue }
                let part = first..<min(first + plan.capacity, shares[device].upperBound)
                var invocation = invocation
                invocation.count = part.count
                invocation.sampleOffset += first
                invocation.accumulatesGradients = round > 0
                try write(batch, part, to: plan)
                try plan.run(invocation, phases: phases)
                parts.append((device, part))
            }
            guard !parts.isEmpty else { break }
            for (device, part) in parts {
                losses[device] += try plans[device].read("losses", count: part.count)
                probabilities[device] += try plans[device].read("probabilities", count: part.count)
            }
            round += 1
        }
        return BatchResult(
            losses: Array(losses.joined()), probabilities: Array(probabilities.joined()), labels: batch.labels)
    }

    /// Which samples of a batch each device gets: equally many, the first ones one more where that does not come out even.
    static func shares(of count: Int, among devices: Int) -> [Range<Int>] {
        (0..<devices).map { device in
            func start(_ device: Int) -> Int { count / devices * device + min(device, count % devices) }
            return start(device)..<start(device + 1)
        }
    }

    private mutating func write(_ batch: InputBatch, _ part: Range<Int>, to plan: Plan) throws {
        try plan.profiler.measure("write pictures") {
            let input = plan.graph.inputs["features"] == nil ? "images" : "features"
            try batch.withValues(of: part) { try plan.write($0, toInput: input) }
        }
        targets.removeAll(keepingCapacity: true)
        targets.append(contentsOf: repeatElement(0, count: part.count * classCount))
        batch.addTargets(of: part, classCount: classCount, to: &targets)
        try plan.write(targets, toInput: "targets")
    }
}
