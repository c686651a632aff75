/// How the time that is left is divided among operations that are tuned one after the other, by their work.
///
/// What is best for the first of a kind is tried first for the others, which takes little time. So the first may take what half
/// of the work of its kind would, or its own, if that is more. What an operation does not use is left to those after it.
package struct TuningShares {
    private let items: [(kind: String, work: Double)]
    private var remaining: [String: Double] = [:]
    private var seen: Set<String> = []
    private var index = 0

    /// For operations in the order in which they are tuned.
    package init(_ items: [(kind: String, work: Double)]) {
        self.items = items
        for item in items { remaining[item.kind, default: 0] += item.work }
    }

    /// The part of the time left, up to 1, that the next operation may take.
    package mutating func next() -> Double {
        let (kind, work) = items[index]
        let total = remaining.values.reduce(0, +)
        let ofKind = remaining[kind] ?? work
        let part = seen.insert(kind).inserted ? max(ofKind / 2, work) : 1.5 * work
        remaining[kind] = ofKind - work
        index += 1
        return total > 0 && index < items.count ? min(part / total, 1) : 1
    }
}
