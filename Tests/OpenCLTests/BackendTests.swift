import OcellusGraph
import OcellusOpenCL
import Testing

extension OpenCLSuite {
    @Suite("The backend", .enabled(if: TestDevice.isPresent)) struct BackendTests {
        @Test func `Writes and steps keep their order without waiting`() throws {
            let backend = try TestDevice.backend()
            let region = try backend.region([0, 0, 0, 0])
            let source = KernelSource(
                name: "add.cl", text: "kernel void plus(global float *x, int n) { x[get_global_id(0)] += n; }")
            let step = try backend.launch(
                "plus", of: source, [.buffer(region), .step], grid: .linear(4, batched: false, local: 1), label: "plus")
            // More writes than are kept aside, each under way while the next is made.
            for round in 1...20 {
                let values = [Float](repeating: Float(round), count: 4)
                try values.withUnsafeBytes { try backend.write($0, to: region) }
                try backend.run([step], Invocation(count: 1, step: 100 * round))
            }
            #expect(try backend.values(region) == [2020, 2020, 2020, 2020])
        }

        @Test func `Kernels get what the invocation says`() throws {
            let backend = try TestDevice.backend()
            let region = try backend.region([Float](repeating: 0, count: 9))
            let source = KernelSource(
                name: "show.cl",
                text: """
                    typedef struct { int a, b; } Pair;
                    kernel void show(
                        global float *x, int count, int batch, int offset, int step, float rate, ulong seed, ulong elements,
                        float computed, Pair pair) {
                        x[0] = count; x[1] = batch; x[2] = offset; x[3] = step; x[4] = rate; x[5] = seed >> 33;
                        x[6] = elements; x[7] = computed; x[8] = pair.b;
                    }
                    """)
            let step = try backend.launch(
                "show", of: source,
                [
                    .buffer(region), .count, .batchCount, .sampleOffset, .step, .learningRate, .seed,
                    .elements(perSample: 10), .computedFloat { Float($0.count) / 2 }, .ints([4, 5]),
                ], grid: .linear(1, batched: false, local: 1), label: "show")
            try backend.run(
                [step],
                Invocation(count: 3, batchCount: 8, sampleOffset: 5, step: 7, learningRate: 0.25, seed: 6 << 33))
            #expect(try backend.values(region) == [3, 8, 5, 7, 0.25, 6, 30, 1.5, 5])
        }

        @Test func `Timed steps run once each, in order, and say when`() throws {
            let backend = try TestDevice.backend()
            let region = try backend.region([1, 2, 3, 4])
            let source = KernelSource(
                name: "times.cl", text: "kernel void times(global float *x, int n) { x[get_global_id(0)] *= n; }")
            let steps = try [2, 3].map { factor in
                try backend.launch(
                    "times", of: source, [.buffer(region), .int(factor)], grid: .linear(4, batched: false, local: 1),
                    label: "times")
            }
            var intervals: [StepTiming] = []
            let stopwatch = Stopwatch(3600)
            var spans: [ClosedRange<Double>] = []
            for _ in 0..<2 {
                // A clock that shows hours, which the device's own does not.
                let start = stopwatch.seconds
                let timing = TimingRequest(clock: { stopwatch.seconds }) { intervals.append($0) }
                try backend.run(steps, Invocation(count: 1), timing: timing)
                try backend.synchronize()
                spans.append(start...stopwatch.seconds)
            }
            #expect(try backend.values(region) == [36, 72, 108, 144])
            #expect(intervals.map(\.index) == [0, 1, 0, 1])
            #expect(intervals.allSatisfy { $0.start <= $0.end })
            #expect(zip(intervals, intervals.dropFirst()).allSatisfy { $0.end <= $1.start + 1e-6 })
            // The two clocks are compared once, to within the time that a command takes.
            for (span, timed) in zip(spans, [intervals[..<2], intervals[2...]]) {
                #expect(timed.allSatisfy { $0.start > span.lowerBound - 0.02 && $0.end < span.upperBound + 0.02 })
            }
            // Untimed runs are as they were.
            try backend.run(steps, Invocation(count: 1))
            #expect(try backend.values(region) == [216, 432, 648, 864])
        }

        @Test func `An operation from outside of the package runs`() throws {
            let backend = try TestDevice.backend()
            let operation = Halving()
            let tensor = TensorDescription([3], batched: true)
            let (x, y) = (try backend.region([2, 4, 6, 8, 10, 12]), try backend.region([0, 0, 0, 0, 0, -1]))
            #expect(backend.supports(operation, inputs: [tensor], outputs: [tensor]))
            let step = try backend.prepare(
                operation,
                OperationArguments(
                    inputs: [Operand(tensor, x)], outputs: [Operand(tensor, y)], capacity: 2, label: "half"))
            try backend.run([step], Invocation(count: 1))
            #expect(try backend.values(y) == [1, 2, 3, 0, 0, -1])
            try backend.run([step], Invocation(count: 2))
            #expect(try backend.values(y) == [1, 2, 3, 4, 5, 6])
        }

        @Test func `Parts of a buffer are their own memory`() throws {
            let backend = try TestDevice.backend()
            let alignment = backend.device.alignment
            let whole = BufferRegion(
                try backend.makeBuffer(byteCount: 3 * alignment, label: "whole"), byteCount: 3 * alignment)
            try backend.zero(whole)
            let part = BufferRegion(whole.buffer, byteOffset: alignment, byteCount: alignment)
            let source = KernelSource(
                name: "fill.cl", text: "kernel void fill(global float *x) { x[get_global_id(0)] = 1.0f; }")
            let step = try backend.launch(
                "fill", of: source, [.buffer(part)], grid: .linear(alignment / 4, batched: false, local: 1),
                label: "fill")
            try backend.run([step], Invocation(count: 1))
            let (zeros, ones) = (
                [Float](repeating: 0, count: alignment / 4), [Float](repeating: 1, count: alignment / 4)
            )
            #expect(try backend.values(whole) == zeros + ones + zeros)
        }
    }
}

/// An operation that someone else's package might bring.
private struct Halving: OpenCLOperation {
    static let name = "halving"

    func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] { inputs }

    func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let source = KernelSource(
            name: "halving.cl",
            text: """
                kernel void halve(global const float *x, global float *y, ulong elements) {
                    if (get_global_id(0) < elements) y[get_global_id(0)] = x[get_global_id(0)] / 2.0f;
                }
                """)
        return try backend.launch(
            "halve", of: source,
            [
                .buffer(arguments.inputs[0].region), .buffer(arguments.outputs[0].region),
                .elements(of: arguments.inputs[0].description),
            ], grid: .linear(arguments.inputs[0].description.shape.count), label: arguments.label)
    }
}
