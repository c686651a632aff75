import Ocellus

/// What `search` and `train --folds` show: a line a run and epoch, and a table.
struct ExperimentDisplay {
    private let training = TrainingDisplay(isJSON: false)

    var reporting: ExperimentReporting {
        var reporting = ExperimentReporting()
        reporting.checked = training.checking
        reporting.willCheck = DeviceOptions.note
        reporting.willRun = { title in
            Terminal.clearStatus()
            Terminal.note(Terminal.styled(title, .bold, Terminal.isErrorTerminal))
        }
        reporting.callbacks = [training]
        return reporting
    }

    /// The trials after a rung.
    func show(_ trials: [Search.Trial], of search: Search) {
        Terminal.clearStatus()
        guard let epochs = trials.map(\.epochs).max(), trials.count > 1 else { return }
        Terminal.note("after \(epochs) epochs:\n" + table(trials).text(isTerminal: Terminal.isErrorTerminal))
    }

    func showResult(_ trials: [Search.Trial], of search: Search, isJSON: Bool) throws {
        guard let best = trials.first, best.failure == nil else {
            throw TrainingError("every trial has diverged; the first: \(trials.first?.failure ?? "")")
        }
        if isJSON {
            for trial in trials { try Terminal.writeJSON(Line(trial)) }
            return
        }
        Terminal.write(table(trials).text())
        Terminal.write(
            "the best is trial \(best.number): "
                + best.choices.map { "--\($0.name) \($0.value)" }.joined(separator: " "))
        Terminal.write("its model is in \(search.runPath(best.number))/model")
    }

    func showResult(_ result: CrossValidation.Result, isJSON: Bool) throws {
        if isJSON { return try Terminal.writeJSON(result) }
        var table = Table(["fold", "accuracy", "loss"])
        for (index, (accuracy, loss)) in zip(result.accuracies, result.losses).enumerated() {
            table.add(["\(index + 1)", Terminal.percent(accuracy), Terminal.number(loss, digits: 4)])
        }
        Terminal.write(table.text())
        Terminal.write(
            Terminal.styled(
                "accuracy \(Terminal.percent(result.mean)) ± \(Terminal.percent(result.standardDeviation))", .bold)
                + " (mean and standard deviation of \(result.accuracies.count) folds)")
    }

    private func table(_ trials: [Search.Trial]) -> Table {
        var table = Table(["trial"] + (trials.first?.choices.map(\.name) ?? []) + ["epochs", "validation", "test"])
        for trial in trials {
            let accuracies =
                trial.failure.map { [String($0.prefix(40)), ""] }
                ?? [trial.validationAccuracy, trial.testAccuracy].map { $0.map(Terminal.percent) ?? "" }
            table.add(["\(trial.number)"] + trial.choices.map(\.value) + ["\(trial.epochs)"] + accuracies)
        }
        return table
    }

    private struct Line: Encodable {
        let trial: Int
        let options: [String: String]
        let epochs: Int
        let validationAccuracy: Double?
        let validationLoss: Double?
        let testAccuracy: Double?
        let failure: String?

        init(_ trial: Search.Trial) {
            self.trial = trial.number
            options = Dictionary(trial.choices.map { ($0.name, $0.value) }) { first, _ in first }
            (epochs, failure) = (trial.epochs, trial.failure)
            (validationAccuracy, validationLoss) = (trial.validationAccuracy, trial.validationLoss)
            testAccuracy = trial.testAccuracy
        }
    }
}
