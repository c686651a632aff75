/// Sets of the numbers `0 ..< count`, first of one number each, that are united (union-find: Galler, Fischer, 1964).
struct DisjointSets {
    private var parents: [Int]

    init(count: Int) { parents = Array(0..<count) }

    /// Makes one set of the sets that hold these numbers.
    mutating func unite(_ first: Int, _ second: Int) {
        let (a, b) = (root(first), root(second))
        parents[max(a, b)] = min(a, b)
    }

    /// The sets, each ascending, in the order of their least numbers.
    var sets: [[Int]] {
        mutating get {
            Dictionary(grouping: parents.indices.map { ($0, root($0)) }, by: \.1).values
                .map { $0.map(\.0) }.sorted { $0[0] < $1[0] }
        }
    }

    private mutating func root(_ number: Int) -> Int {
        var number = number
        while parents[number] != number {
            parents[number] = parents[parents[number]]
            number = parents[number]
        }
        return number
    }
}
