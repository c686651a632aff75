import ArgumentParser
import Ocellus

extension NamedNetwork: ExpressibleByArgument {}

extension NetworkRequest: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension OptimizerOptions.Method: ExpressibleByArgument {}
extension StepBenchmark.Mode: ExpressibleByArgument {}

extension LearningRateSchedule.Curve: ExpressibleByArgument {}
extension Recipe: ExpressibleByArgument {}

extension LearningRateChoice: ExpressibleByArgument {
    public init?(argument: String) { self.init(choice: argument) }
}

extension Setting: ExpressibleByArgument {
    public init?(argument: String) { self.init(choice: argument) }
}

/// Which pictures `evaluate` takes.
enum PartChoice: String, ExpressibleByArgument, CaseIterable {
    case train, validation, test, all

    var part: Part? { Part(rawValue: rawValue) }
}
