/// How a data set is divided, as `70/15/15`: the shares of training, validation and test.
public struct SplitRatio: Sendable, Equatable, Codable, CustomStringConvertible {
    /// The weight of the training part.
    public let train: Int
    /// The weight of the validation part.
    public let validation: Int
    /// The weight of the test part.
    public let test: Int

    /// 70 % training, 15 % validation, 15 % test.
    public static let standard = SplitRatio(checkedTrain: 70, validation: 15, test: 15)

    private init(checkedTrain train: Int, validation: Int, test: Int) {
        self.train = train
        self.validation = validation
        self.test = test
    }

    /// Reads three percentages with slashes between them.
    ///
    /// - Throws: ``DatasetError/invalidSplit(_:reason:)`` unless they are whole numbers above 0 that add up to 100.
    public init(parsing text: String) throws {
        let fields = text.split(separator: "/", omittingEmptySubsequences: false)
        guard fields.count == 3 else {
            throw DatasetError.invalidSplit(text, reason: "it needs three numbers with slashes between them")
        }
        let numbers = fields.compactMap { Int($0) }
        guard numbers.count == 3, numbers.allSatisfy({ (1...98).contains($0) }) else {
            throw DatasetError.invalidSplit(text, reason: "every part needs a whole number of per cent above 0")
        }
        guard numbers.reduce(0, +) == 100 else {
            throw DatasetError.invalidSplit(text, reason: "the parts add up to \(numbers.reduce(0, +)), not to 100")
        }
        self.init(checkedTrain: numbers[0], validation: numbers[1], test: numbers[2])
    }

    /// As `70/15/15`.
    public var description: String { "\(train)/\(validation)/\(test)" }

    /// The weight of one part.
    public subscript(part: Part) -> Int {
        switch part {
        case .train: train
        case .validation: validation
        case .test: test
        }
    }

    /// Divides `count` among `parts` in proportion to their weights: rounded down, and what is left goes to the largest
    /// remainders (earlier parts first among equals). From as many files as parts on, each part gets one at least.
    public func counts(of count: Int, among parts: [Part] = Part.allCases) -> [Part: Int] {
        let total = parts.reduce(0) { $0 + self[$1] }
        guard total > 0 else { return [:] }
        var counts: [Part: Int] = [:]
        for part in parts { counts[part] = count * self[part] / total }
        let byRemainder = parts.enumerated().sorted {
            let first = count * self[$0.element] % total
            let second = count * self[$1.element] % total
            return first == second ? $0.offset < $1.offset : first > second
        }
        let left = count - counts.values.reduce(0, +)
        for (_, part) in byRemainder.prefix(left) { counts[part, default: 0] += 1 }
        if count >= parts.count {
            while let empty = parts.first(where: { counts[$0] == 0 }),
                let largest = parts.max(by: { counts[$0, default: 0] < counts[$1, default: 0] })
            {
                counts[largest, default: 0] -= 1
                counts[empty, default: 0] += 1
            }
        }
        return counts
    }
}
