import OcellusGraph
import OcellusOpenCL

/// One operation on made-up operands at its batch: whether kernels compute it as the reference does, and how long they take.
///
/// The reference computes few samples, of which the batch is so many repetitions: what belongs to a sample must then be the
/// same in each, and a sum over the batch so many times as large.
struct OperationTrial {
    /// What came of one set of parameters.
    struct Result {
        /// The least time of a run, in seconds.
        let seconds: Double
        /// The normalised squared error.
        let error: Double
    }

    /// Parameters that are not to be used, and why.
    struct Rejection: Error, CustomStringConvertible {
        let description: String
    }

    private let placed: PlacedOperation
    private let expected: [[UInt8]]
    private let period: Int

    /// Makes operands up, and has the reference compute.
    /// - Throws: what the reference throws, or the device when it has no memory for the operands.
    init(
        _ operation: any Operation, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int,
        isInference: Bool, label: String, on backend: OpenCLBackend, against reference: any Backend
    ) throws {
        period = Self.period(operation, inputs, outputs, capacity)
        // Both get the same numbers; the reference as floats.
        let operands = zip(inputs, Self.operands(inputs, samples: period)).map { $0.rounded($1) }
        let judge = try PlacedOperation(
            operation, inputs: inputs.map { $0.stored(as: .float32) }, outputs: outputs.map { $0.stored(as: .float32) },
            operands: operands, on: reference, capacity: period, filling: .poison, isInference: isInference,
            label: label)
        expected = try judge.withStep(preparedBy: reference) { step in
            try reference.run([step], Invocation(count: judge.capacity))
            return try judge.read(samples: judge.capacity)
        }
        placed = try PlacedOperation(
            operation, inputs: inputs, outputs: outputs, operands: zip(inputs, operands).map { $0.stored($1) },
            on: backend, capacity: capacity, filling: .repetition, isInference: isInference, label: label)
    }

    /// Runs the operation as `backend` prepares it.
    ///
    /// - Parameters:
    ///   - best: the time to beat; what is far from it is not timed twice.
    ///   - clock: seconds since some moment.
    /// - Throws: `Rejection` when it does not build, has not the memory, or computes something else.
    func run(on backend: OpenCLBackend, toBeat best: Double = .infinity, clock: @escaping () -> Double) throws -> Result
    {
        do {
            return try placed.withStep(preparedBy: backend) { step in
                try placed.poisonOutputs()
                let invocation = Invocation(count: placed.capacity)
                try backend.run([step], invocation)
                let error = try worstError()
                guard error <= OperationComparison.tolerance(in: backend.precision) else {
                    throw Rejection(description: "it computes wrongly (normalised squared error \(error))")
                }
                var least = Double.infinity
                let start = clock()
                for round in 0..<20 where round < 3 || clock() - start < 0.03 {
                    try backend.run(
                        [step], invocation,
                        timing: TimingRequest(clock: clock) { least = min(least, $0.end - $0.start) })
                    try backend.synchronize()
                    // What is far off is not timed again; what is less so is, as something else may have held it up.
                    if least > (round < 2 ? 4 : 1.3) * best { break }
                }
                return Result(seconds: least, error: error)
            }
        } catch let error as BackendError {
            throw Rejection(description: error.description)
        }
    }

    /// The largest error of the first and of the last samples, and of sums over the batch.
    private func worstError() throws -> Double {
        let repetitions = Float(placed.capacity / period)
        var worst = 0.0
        for first in Set([0, placed.capacity - period]) {
            for (place, (actual, expected)) in zip(try placed.read(samples: period, from: first), expected).enumerated()
            {
                let result = placed.results[place]
                let scaled =
                    result.isBatched || repetitions == 1
                    ? expected
                    : expected.withUnsafeBytes { bytes in
                        bytes.bindMemory(to: Float.self).map { $0 * repetitions }.withUnsafeBytes { Array($0) }
                    }
                let type = result.elementType.isFloating ? ElementType.float32 : result.elementType
                worst = max(worst, type.error(of: result.widened(actual), from: scaled))
            }
        }
        return worst
    }

    /// The samples that the reference computes: two or more, which the capacity is a multiple of, but not for long.
    private static func period(
        _ operation: any Operation, _ inputs: [TensorDescription], _ outputs: [TensorDescription], _ capacity: Int
    ) -> Int {
        let most = 200_000_000 / max(operation.cost(inputs: inputs, outputs: outputs, samples: 1).flops, 1)
        let divisors = (2...max(capacity, 2)).filter { capacity % $0 == 0 }
        return divisors.last { $0 <= most } ?? divisors.first ?? capacity
    }

    /// Numbers in ±1 and places in a window of four. Of a gradient that a max-pooling gives, half are zeros, as after a ReLU.
    private static func operands(_ inputs: [TensorDescription], samples: Int) -> [[UInt8]] {
        var random = PhiloxSequence(seed: 4, purpose: .rendering)
        // A prime, so that no two samples are alike.
        let words = (0..<65_537).map { _ in random.nextWord() }
        let numbers = words.map { Float($0 >> 8) / Float(1 << 23) - 1 }
        let winners = inputs.first { $0.elementType == .uint8 }
        return inputs.enumerated().map { place, input in
            let count = input.count(samples: samples)
            if input.elementType == .uint8 {
                return (0..<count).map { UInt8(words[$0 % words.count] & 3) }
            }
            let isSparse = input.isBatched && winners?.shape == input.shape
            return (0..<count).map { index in
                let at = (index + place * 7919) % words.count
                return isSparse && words[at] & 4 == 0 ? 0 : numbers[at]
            }.withUnsafeBytes { Array($0) }
        }
    }
}
