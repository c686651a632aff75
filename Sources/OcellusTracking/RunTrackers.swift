import Foundation
import Ocellus

/// What is told of a run while it goes on and when it has come to its end: TensorBoard's files, an MLflow server, the report. None
/// of it can fail the run: what cannot be written or sent is said.
public final class RunTrackers {
    /// What is wanted.
    public struct Options: Sendable {
        /// Whether event files are written for TensorBoard.
        public var writesEvents = false
        /// Whether the run gets a `report.html` at its end.
        public var writesReport = true
        /// The MLflow server that is told of the run; nil for none.
        public var mlflow: MLflowLog.Options?

        /// A report alone.
        public init() {}
    }

    private let run: String
    private let writesReport: Bool
    private let warn: @Sendable (String) -> Void
    private let events: TensorBoardLog?
    private let mlflow: MLflowLog?

    /// Trackers of a run. One that has event files, or is known to an MLflow server, goes on with that whatever is wanted now.
    ///
    /// - Parameters:
    ///   - run: the run's folder.
    ///   - warn: told what cannot be written or sent, from any thread.
    public init(run: String, _ options: Options, warn: @escaping @Sendable (String) -> Void) {
        self.run = run
        self.warn = warn
        writesReport = options.writesReport
        let hasEvents = FileManager.default.fileExists(atPath: TensorBoardLog.folder(of: run))
        events = options.writesEvents || hasEvents ? TensorBoardLog(run: run, warn: warn) : nil
        let isTracked = MLflowLog.isBegun(in: run)
        mlflow = options.mlflow != nil || isTracked ? MLflowLog(run: run, options: options.mlflow, warn: warn) : nil
    }

    /// To be given to the trainer.
    public var callbacks: [any TrainingCallback] {
        let trackers: [(any TrainingCallback)?] = [events, mlflow]
        return trackers.compactMap { $0 }
    }

    /// Tells what came out of a run that has come to its end.
    ///
    /// - Returns: where an MLflow server shows the run; nil where none has all of it.
    @discardableResult
    public func finish(_ job: TrainingJob, _ metrics: ClassificationMetrics) -> String? {
        let results = PictureResults(job)
        events?.addResults(results, epoch: job.trainer.progress.best?.epoch ?? 0)
        if writesReport {
            do {
                try RunReport(job, metrics).write(to: run + "/report.html")
            } catch {
                warn("there is no report: \(error)")
            }
        }
        mlflow?.addResults(results, progress: job.trainer.progress)
        return closeMLflow()
    }

    /// Tells that a run was stopped before its end, to go on later, or has failed.
    public func stop(hasFailed: Bool = false) {
        mlflow?.addStop(hasFailed: hasFailed)
        closeMLflow()
    }

    @discardableResult
    private func closeMLflow() -> String? {
        guard let mlflow, mlflow.isOpen else { return nil }
        if mlflow.close() { return MLflowSender.page(of: run) }
        warn("the MLflow server has not taken all of the run: 'ocellus runs sync \(run)' sends the rest")
        return nil
    }
}
