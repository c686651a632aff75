import ArgumentParser
import Ocellus

extension NamedNetwork: ExpressibleByArgument {}
extension OptimizerOptions.Method: ExpressibleByArgument {}
extension StepBenchmark.Mode: ExpressibleByArgument {}

extension SplitRatio: ExpressibleByArgument {
    public init?(argument: String) {
        guard let ratio = try? SplitRatio(parsing: argument) else { return nil }
        self = ratio
    }
}

/// Which pictures `evaluate` takes.
enum PartChoice: String, ExpressibleByArgument, CaseIterable {
    case train, validation, test, all

    var part: Part? { Part(rawValue: rawValue) }
}
