/// A preprocessing that makes no sense. Its description names the setting, says what is wrong, and what it may be.
public struct PreprocessingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The setting's name, as in `model.json`.
    public let setting: String
    /// What is wrong with it, and what it may be.
    public let problem: String

    /// An error about one setting.
    public init(setting: String, problem: String) {
        self.setting = setting
        self.problem = problem
    }

    /// As "preprocessing.width is 0; it must be between 1 and 16384."
    public var description: String { "preprocessing.\(setting) \(problem)." }
}
