import OcellusData
import OcellusGraph
import OcellusImages
import OcellusNetworks
import OcellusTraining

/// What an option's value is read from and written as: the text that stands on a command line, in a file of options and in
/// `run.json`.
public protocol ChoiceValue: Sendable, Equatable {
    /// Reads a text; nil when it is no such value.
    init?(choice text: String)
    /// What it is read from.
    var choiceText: String { get }
    /// What is wanted, for errors: `a whole number`.
    static var choiceHint: String { get }
}

extension ChoiceValue where Self: LosslessStringConvertible {
    public init?(choice text: String) { self.init(text) }
    public var choiceText: String { description }
}

extension ChoiceValue where Self: RawRepresentable, Self: CaseIterable, RawValue == String {
    public init?(choice text: String) { self.init(rawValue: text) }
    public var choiceText: String { rawValue }
    public static var choiceHint: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

extension Int: ChoiceValue {
    public static var choiceHint: String { "a whole number" }
}

extension UInt64: ChoiceValue {
    public static var choiceHint: String { "a whole number, 0 or more" }
}

extension Float: ChoiceValue {
    public static var choiceHint: String { "a number" }
}

extension Bool: ChoiceValue {
    public static var choiceHint: String { "true or false" }
}

extension String: ChoiceValue {
    public static var choiceHint: String { "a text" }
}

extension Array: ChoiceValue where Element == Int {
    public init?(choice text: String) {
        let numbers = text.split(separator: ",").map { Int($0.filter { $0 != " " }) }
        guard !numbers.isEmpty, !numbers.contains(nil) else { return nil }
        self = numbers.compactMap { $0 }
    }
    public var choiceText: String { map { "\($0)" }.joined(separator: ",") }
    public static var choiceHint: String { "whole numbers, as 30,60" }
}

extension ClosedRange: ChoiceValue where Bound == Float {
    public init?(choice text: String) {
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map {
            Float($0.filter { $0 != " " })
        }
        guard numbers.count == 2, let first = numbers[0], let second = numbers[1], first <= second else { return nil }
        self = first...second
    }
    public var choiceText: String { "\(lowerBound),\(upperBound)" }
    public static var choiceHint: String { "two numbers, the smaller one first, as 0.5,1" }
}

/// A value, or `none` to have none where a recipe or a file of options has one.
public enum Setting<Value: ChoiceValue>: ChoiceValue {
    /// None.
    case none
    /// This.
    case some(Value)

    public init?(choice text: String) {
        if text == "none" {
            self = .none
        } else if let value = Value(choice: text) {
            self = .some(value)
        } else {
            return nil
        }
    }

    public var choiceText: String { value?.choiceText ?? "none" }
    public static var choiceHint: String { "\(Value.choiceHint), or none" }

    /// Nil for none.
    public var value: Value? { if case .some(let value) = self { value } else { nil } }
}

/// How far steps go: a number, or what the range test suggests.
public enum LearningRateChoice: ChoiceValue {
    /// What `LearningRateFinder` suggests.
    case auto
    /// This.
    case rate(Float)

    public init?(choice text: String) {
        if text == "auto" {
            self = .auto
        } else if let rate = Float(text) {
            self = .rate(rate)
        } else {
            return nil
        }
    }

    public var choiceText: String { if case .rate(let rate) = self { "\(rate)" } else { "auto" } }
    public static var choiceHint: String { "a number, or auto" }
}

extension OptimizerOptions.Method: ChoiceValue {}
extension LearningRateSchedule.Curve: ChoiceValue {}
extension Preprocessing.Preset: ChoiceValue {}
extension Preprocessing.Resizing: ChoiceValue {}
extension PaddingConvention: ChoiceValue {}
extension Interpolation: ChoiceValue {}
extension Augmentation.FillMode: ChoiceValue {}
extension Augmentation.Preset: ChoiceValue {}
extension ClassBalance: ChoiceValue {}
extension Precision: ChoiceValue {}
extension KernelTuning: ChoiceValue {}

extension NetworkRequest: ChoiceValue {
    public init?(choice text: String) { self.init(text) }
    public var choiceText: String { description }
    public static var choiceHint: String {
        NamedNetwork.allCases.map(\.rawValue).joined(separator: ", ") + ", or a file that describes one"
    }
}

extension DeviceRequest: ChoiceValue {
    public init?(choice text: String) { self.init(text) }
    public var choiceText: String { description }
    public static var choiceHint: String { "auto, cpu, opencl or opencl:PART-OF-NAME" }
}

extension ByteCount: ChoiceValue {
    public init?(choice text: String) { self.init(text) }
    public var choiceText: String { "\(bytes)B" }
    public static var choiceHint: String { "a size, as 500MB" }
}

extension SplitRatio: ChoiceValue {
    public init?(choice text: String) {
        guard let ratio = try? SplitRatio(parsing: text) else { return nil }
        self = ratio
    }
    public var choiceText: String { description }
    public static var choiceHint: String { "three parts in percent, as 70/15/15" }
}

extension TransferOptions.Freeze: ChoiceValue {
    public init?(choice text: String) { self.init(text) }
    public var choiceText: String { description }
    public static var choiceHint: String { "all, none, last-stage or a block" }
}
