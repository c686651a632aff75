import OcellusGraph

/// An order of an epoch in which all classes come equally often: as many pictures as there are, each class's in turns of a new
/// order, so that small classes are gone through several times and of large ones only a part.
///
/// It depends on the seed and the epoch alone.
struct BalancedOrder {
    /// The places of each class's pictures.
    private let members: [[Int]]
    private let count: Int
    private let seed: UInt64

    /// - Parameters:
    ///   - indices: places of samples.
    ///   - classIndex: the class of a place.
    init(_ indices: [Int], seed: UInt64, classIndex: (Int) -> Int) {
        let groups = Dictionary(grouping: indices, by: classIndex)
        members = groups.sorted { $0.key < $1.key }.map(\.value)
        count = indices.count
        self.seed = seed
    }

    func order(epoch: Int) -> [Int] {
        guard !members.isEmpty else { return [] }
        var result: [Int] = []
        result.reserveCapacity(count)
        for (number, members) in members.enumerated() {
            // What does not go up falls to other classes in other epochs.
            let turn = (number + epoch) % self.members.count
            var left = count / self.members.count + (turn < count % self.members.count ? 1 : 0)
            var random = PhiloxSequence(seed: seed, purpose: .sampler, step: epoch, sample: number)
            while left > 0 {
                let pass = members.shuffled(by: &random)
                result += pass.prefix(left)
                left -= min(left, pass.count)
            }
        }
        var random = PhiloxSequence(seed: seed, purpose: .shuffle, step: epoch)
        return result.shuffled(by: &random)
    }
}

extension [Int] {
    /// Fisher-Yates with numbers of Philox: the standard library's `shuffle` may change between versions of Swift.
    func shuffled(by random: inout PhiloxSequence) -> [Int] {
        var order = self
        for last in stride(from: order.count - 1, to: 0, by: -1) {
            let other = Int(random.next().multipliedFullWidth(by: UInt64(last + 1)).high)
            order.swapAt(last, other)
        }
        return order
    }
}
