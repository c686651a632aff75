import ArgumentParser
import Ocellus

extension NamedNetwork: ExpressibleByArgument {}
extension OptimizerOptions.Method: ExpressibleByArgument {}
extension StepBenchmark.Mode: ExpressibleByArgument {}

/// Which pictures `evaluate` takes.
enum PartChoice: String, ExpressibleByArgument, CaseIterable {
    case train, validation, test, all

    var part: Part? { Part(rawValue: rawValue) }
}
