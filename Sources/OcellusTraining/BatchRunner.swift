import OcellusData
import OcellusGraph

/// Runs plans with the inputs `images` (or `features`) and `targets` on a batch.
struct BatchRunner {
    let classCount: Int
    private var targets: [Float] = []

    init(classCount: Int) { self.classCount = classCount }

    /// Begins to run phases of a plan on a batch, or on micro-batches of the plan's capacity that make it up: their losses are averaged
    /// over the whole, their random numbers are the whole's, and their gradients add up where the plan keeps their sums.
    ///
    /// - Parameter invocation: the whole batch's.
    mutating func start(
        _ plan: Plan, _ batch: InputBatch, _ invocation: Invocation, phases: ClosedRange<Phase> = .prepare ... .update
    ) throws -> PendingBatchResult {
        try start([plan], batch, invocation, phases: phases)
    }

    /// The same on several devices, each of which gets its share of the batch. They compute at the same time where they are
    /// asynchronous: none is waited for.
    mutating func start(
        _ plans: [Plan], _ batch: InputBatch, _ invocation: Invocation, phases: ClosedRange<Phase>
    ) throws -> PendingBatchResult {
        let shares = Self.shares(of: batch.count, among: plans.count)
        var result = PendingBatchResult(devices: plans.count, labels: batch.labels)
        var round = 0
        while true {
            var isOver = true
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
                try result.add(plan, count: part.count, device: device)
                isOver = false
            }
            if isOver { return result }
            round += 1
        }
    }

    /// Which samples of a batch each device gets: equally many, the first ones one more where that does not come out even.
    static func shares(of count: Int, among devices: Int) -> [Range<Int>] {
        (0..<devices).map { device in
            func start(_ device: Int) -> Int { count / devices * device + min(device, count % devices) }
            return start(device)..<start(device + 1)
        }
    }

    private mutating func write(_ batch: InputBatch, _ part: Range<Int>, to plan: Plan) throws {
        try plan.profiler.measure("write pictures") { try batch.write(part, to: plan) }
        targets.removeAll(keepingCapacity: true)
        targets.append(contentsOf: repeatElement(0, count: part.count * classCount))
        batch.addTargets(of: part, classCount: classCount, to: &targets)
        try plan.write(targets, toInput: "targets")
    }
}

/// What devices are computing of a batch.
struct PendingBatchResult {
    private let labels: [Int32]
    /// By device, in order.
    private var losses: [[any PendingRead]]
    private var probabilities: [[any PendingRead]]

    init(devices: Int, labels: [Int32]) {
        self.labels = labels
        losses = Array(repeating: [], count: devices)
        probabilities = losses
    }

    /// Begins to read what a plan gives for the next samples of a device's share.
    mutating func add(_ plan: Plan, count: Int, device: Int) throws {
        losses[device].append(try plan.startReading("losses", count: count))
        probabilities[device].append(try plan.startReading("probabilities", count: count))
    }

    /// The result, once it is there.
    func result() throws -> BatchResult {
        BatchResult(
            losses: try losses.joined().flatMap { try $0.values() },
            probabilities: try probabilities.joined().flatMap { try $0.values() }, labels: labels)
    }
}
