import ArgumentParser
import Ocellus

extension NamedNetwork: ExpressibleByArgument {}

extension NetworkRequest: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension OptimizerOptions.Method: ExpressibleByArgument {}
extension StepBenchmark.Mode: ExpressibleByArgument {}

/// Which pictures `evaluate` takes.
enum PartChoice: String, ExpressibleByArgument, CaseIterable {
    case train, validation, test, all

    var part: Part? { Part(rawValue: rawValue) }
}

/// What `--balance` takes.
enum BalanceChoice: String, ExpressibleByArgument, CaseIterable {
    case none, weights, sampler

    var balance: ClassBalance? { ClassBalance(rawValue: rawValue) }
}
