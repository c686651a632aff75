import ArgumentParser
import Foundation
import Ocellus
import OcellusTracking

/// What is told of a run beside what it needs itself.
struct TrackingOptions: ParsableArguments {
    @Flag(help: "Write event files for TensorBoard to the run's folder.")
    var tensorboard = false

    @Option(
        help: ArgumentHelp(
            "Tell the MLflow server at this address of the run: settings, metrics, the model, the report (with "
                + "--mlflow-experiment or --mlflow-run-name alone, the one that MLFLOW_TRACKING_URI names).",
            valueName: "uri"))
    var mlflow: String?

    @Option(
        help: ArgumentHelp(
            "The experiment there, which is made if there is none (default: MLFLOW_EXPERIMENT_NAME, or Default).",
            valueName: "name"))
    var mlflowExperiment: String?

    @Option(help: ArgumentHelp("The run's name there (default: that of its folder).", valueName: "name"))
    var mlflowRunName: String?

    @Flag(
        help: "Write no report.html to the run's folder when training has come to its end (folds and trials get none).")
    var noReport = false

    func validate() throws { _ = try options() }

    /// Trackers of a run.
    func trackers(of run: RunFolder) throws -> RunTrackers {
        RunTrackers(run: run.path, try options()) { Terminal.warn($0) }
    }

    /// The same of an experiment's runs, each of which gets trackers of its own and no report.
    func tracking(_ reporting: ExperimentReporting) throws -> ExperimentReporting {
        var wanted = try options()
        wanted.writesReport = false
        let given = wanted.mlflow?.name
        var reporting = reporting
        var current: RunTrackers?
        reporting.willTrain = { job in
            let folder = URL(fileURLWithPath: job.run.path)
            let group = given ?? folder.deletingLastPathComponent().lastPathComponent
            wanted.mlflow?.name = group + "/" + folder.lastPathComponent
            let trackers = RunTrackers(run: job.run.path, wanted) { Terminal.warn($0) }
            current = trackers
            return trackers.callbacks
        }
        reporting.didTrain = { job, outcome in
            switch outcome {
            case .success(let metrics?): current?.finish(job, metrics)
            case .success(nil): current?.stop()
            case .failure: current?.stop(hasFailed: true)
            }
            current = nil
        }
        return reporting
    }

    private func options() throws -> RunTrackers.Options {
        var options = RunTrackers.Options()
        options.writesEvents = tensorboard
        options.writesReport = !noReport
        let environment = ProcessInfo.processInfo.environment
        if let address = mlflow
            ?? (mlflowExperiment ?? mlflowRunName).flatMap({ _ in environment["MLFLOW_TRACKING_URI"] })
        {
            do {
                options.mlflow = MLflowLog.Options(server: try MLflowServer(address))
            } catch let error as MLflowError {
                throw ValidationError(error.description)
            }
            options.mlflow?.experiment = mlflowExperiment ?? environment["MLFLOW_EXPERIMENT_NAME"] ?? "Default"
            options.mlflow?.name = mlflowRunName
        } else if mlflowExperiment != nil || mlflowRunName != nil {
            throw ValidationError("which MLflow server? Give --mlflow, or set MLFLOW_TRACKING_URI")
        }
        return options
    }
}
