import OcellusCPU
import OcellusGraph
import Testing

@Suite("Profiles")
struct ProfileTests {
    /// Two layers, for up to 4 samples.
    private func plan() throws -> Plan {
        var graph = Graph()
        let images = try graph.input("images", [8, 8, 3])
        let filter = try graph.parameter("filter", [3, 3, 3, 5], .constant(0.1))
        let y = try graph.append(Convolution(Window(3), hasBias: false), [images, filter], layer: "conv")[0]
        let flat = try graph.append(Reshape.flatten, [y], layer: "flatten")[0]
        let weight = try graph.parameter("weight", [180, 2], .constant(0.1))
        graph.output("y", try graph.append(Dense(hasBias: false), [flat, weight], layer: "dense")[0])
        let parameters = ParameterStore(backend: try CPUBackend(threads: 2))
        try parameters.add(graph, seed: 0)
        return try Plan(graph, capacity: 4, parameters: parameters)
    }

    @Test("each operation that runs has a row, with the work of the largest runs")
    func rows() throws {
        let plan = try plan()
        let profiler = Profiler()
        plan.profiler = profiler
        for count in [1, 3, 2, 3] { try plan.run(Invocation(count: count)) }
        let profile = Profile(
            profiler,
            peak: DevicePeak(
                gigaflopsPerSecond: 1e-3, gigabytesPerSecond: 1e9, copiedGigabytesPerSecond: 1e9))
        #expect(profile.samples == 3)
        #expect(Set(profile.operations.map(\.layer)) == ["conv", "dense"])
        let conv = try #require(profile.operations.first { $0.layer == "conv" })
        #expect(conv.runs == 2 && conv.operation == "convolution" && conv.algorithm == "product")
        #expect(conv.shape == "8×8×3 · 3×3×3×5 → 6×6×5")
        let flops = conv.gigaflopsPerSecond * 1e9 * conv.milliseconds / 1e3
        #expect(abs(flops - Double(2 * 3 * 36 * 5 * 27)) < 1)
        let bytes = conv.gigabytesPerSecond * 1e9 * conv.milliseconds / 1e3
        #expect(abs(bytes - Double(4 * (3 * 192 + 135 + 3 * 180))) < 1)
        #expect(conv.bound == .compute)
        #expect(abs(try #require(conv.partOfPeak) / (conv.gigaflopsPerSecond * 1e3) - 1) < 1e-9)
        #expect(abs(profile.operations.reduce(0) { $0 + $1.share } - 1) < 1e-9)
    }

    @Test("each thread that works on an operation is told, and how long it was at work")
    func workers() throws {
        let backend = try CPUBackend(threads: 2)
        let steps = [0, 1].map { _ in
            CPUStep { _ in
                backend.parallelFor(8) { _, _ in
                    let stopwatch = Stopwatch()
                    while stopwatch.seconds < 0.002 {}
                }
            }
        }
        let clock = Stopwatch(7)
        var timings: [StepTiming] = []
        try backend.run(
            steps, Invocation(count: 1),
            timing: TimingRequest(clock: { clock.seconds }) { timings.append($0) })
        #expect(timings.map(\.index) == [0, 1] && timings[0].start >= 7 && timings[0].end <= timings[1].start)
        for timing in timings {
            let busy = timing.workers.reduce(0) { $0 + $1.busy }
            #expect(busy >= 8 * 0.002 && Set(timing.workers.map(\.number)).isSubset(of: [0, 1]))
            #expect(timing.workers.allSatisfy { $0.start >= timing.start - 1e-4 && $0.end <= timing.end + 1e-4 })
            #expect(abs(try #require(timing.busy) - busy / (2 * (timing.end - timing.start))) < 1e-9)
        }
    }

    @Test("a plan computes the same with a profiler, and nothing is kept once it is taken away")
    func removal() throws {
        let plan = try plan()
        try plan.write((0..<768).map { Float($0 % 7) }, toInput: "images")
        try plan.run(Invocation(count: 4))
        let expected = try plan.read("y", count: 4)
        let profiler = Profiler()
        plan.profiler = profiler
        try plan.run(Invocation(count: 4))
        #expect(try plan.read("y", count: 4) == expected)
        plan.profiler = nil
        try plan.run(Invocation(count: 4))
        #expect(Profile(profiler).operations.map(\.runs) == [1, 1])
    }

    @Test("no operation is faster than the peak of its instruction set", arguments: InstructionSet.available)
    func peak(instructionSet: InstructionSet) throws {
        let backend = try CPUBackend(threads: 1, instructionSet: instructionSet)
        var graph = Graph()
        let x = try graph.input("x", [256])
        let weight = try graph.parameter("weight", [256, 256], .zeros)
        graph.output("y", try graph.append(Dense(hasBias: false), [x, weight], layer: "dense")[0])
        let parameters = ParameterStore(backend: backend)
        try parameters.add(graph, seed: 0)
        let plan = try Plan(graph, capacity: 256, parameters: parameters)
        // Who else is on the machine may hold up the one measurement or the other, but not again and again.
        let isBelow = try (0..<8).contains { _ in
            let peak = try #require(try backend.measurePeak())
            #expect(peak.gigabytesPerSecond > 0.1 && peak.copiedGigabytesPerSecond > 0.1)
            let profiler = Profiler()
            plan.profiler = profiler
            for _ in 0..<20 { try plan.run(Invocation(count: 256)) }
            let row = try #require(Profile(profiler, peak: peak).operations.first)
            return try #require(row.partOfPeak) < 1.1 && row.gigaflopsPerSecond > 0.05 * peak.gigaflopsPerSecond
        }
        #expect(isBelow)
    }

    @Test("sections of the host's work are apart from operations")
    func sections() throws {
        let profiler: Profiler? = Profiler()
        #expect(profiler.measure("decode") { 7 } == 7)
        #expect((nil as Profiler?).measure("decode") { 8 } == 8)
        let profile = Profile(try #require(profiler))
        #expect(profile.host.map(\.layer) == ["decode"] && profile.operations.isEmpty && profile.milliseconds == 0)
    }
}
