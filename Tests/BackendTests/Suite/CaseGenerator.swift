import OcellusGraph

/// Draws cases from a seed: shapes with odd sizes, batches that are not full.
struct CaseGenerator {
    private var random: PhiloxSequence

    /// A generator that depends on the name alone (FNV-1a).
    init(_ name: String) {
        let seed = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        random = PhiloxSequence(seed: seed, purpose: .testing)
    }

    mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    mutating func uniform(_ range: ClosedRange<Float>) -> Float { random.nextUniform(in: range) }

    mutating func pick<T>(_ choices: [T]) -> T { choices[int(0...choices.count - 1)] }

    /// A case with data, and a batch that is as often full as not.
    mutating func operationCase(
        _ operation: any TestedOperation, _ inputs: [TestInput], capacity: Int? = nil, minimumCount: Int = 1
    ) -> OperationCase {
        let capacity = max(capacity ?? int(1...5), minimumCount)
        let count = int(0...1) == 0 ? capacity : int(minimumCount...capacity)
        let invocation = Invocation(
            count: count, batchCount: count + int(0...2) * 3, sampleOffset: int(0...40), step: int(1...300),
            learningRate: 0.1, seed: random.next())
        return OperationCase(
            operation: operation, inputs: inputs, capacity: capacity, invocation: invocation, seed: random.next())
    }

    /// Pictures `[H, W, C]`: one pixel, one channel, whole vectors, and odd sizes.
    mutating func pictures() -> [TensorDescription] {
        let listed: [Shape] = [[1, 1, 1], [4, 4, 16], [7, 5, 3], [2, 9, 17], [24, 20, 32], [1, 13, 130]]
        let drawn = (0..<6).map { _ in Shape([int(1...12), int(1...12), int(1...40)]) }
        return (listed + drawn).map { TensorDescription($0, batched: true) }
    }

    /// Features `[C]`, from one to more than a work-group.
    mutating func features() -> [TensorDescription] {
        ([1, 2, 3, 10, 64, 257, 1000] + (0..<5).map { _ in int(1...100) }).map {
            TensorDescription([$0], batched: true)
        }
    }

    /// What element-wise operations meet: activations of any rank, and unbatched tensors.
    mutating func elementwiseShapes() -> [TensorDescription] {
        [
            TensorDescription([1], batched: true), TensorDescription([7], batched: true),
            TensorDescription([5, 7, 3], batched: true), TensorDescription([16, 16, 32], batched: true),
            TensorDescription([int(1...30), int(1...30), int(1...30)], batched: true),
            TensorDescription([3, 3, 5, 7], batched: false), TensorDescription([int(1...2000)], batched: false),
        ]
    }

    /// Pictures and features that are normalised by channel.
    mutating func normalizationShapes() -> [TensorDescription] {
        let shapes: [Shape] = [
            [3, 3, 1], [5, 7, 3], [4, 4, 16], [9, 8, 33], [28, 28, 40], [64], [7],
            [int(2...9), int(2...9), int(1...70)],
        ]
        return shapes.map { TensorDescription($0, batched: true) }
    }

    /// Weights, from one number to many.
    mutating func parameters() -> [TensorDescription] {
        let shapes: [Shape] = [[1], [17], [3, 3, 5, 7], [64, 65], [int(1...200), int(1...200)], [70_001]]
        return shapes.map { TensorDescription($0, batched: false) }
    }

    /// A weight a class.
    mutating func classWeights(_ classes: Int) -> [Float] {
        (0..<classes).map { _ in random.nextUniform(in: 0.2...3) }
    }
}
