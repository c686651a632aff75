import Foundation
import Ocellus

/// What is told of a run while it goes on and when it has come to its end: TensorBoard's files and the report. None of it can fail the
/// run: what cannot be written is said.
public final class RunTrackers {
    private let run: String
    private let writesReport: Bool
    private let warn: (String) -> Void
    private let events: TensorBoardLog?

    /// Trackers of a run.
    ///
    /// - Parameters:
    ///   - run: the run's folder.
    ///   - writesEvents: whether event files are written; they are for a run that has some.
    ///   - writesReport: whether the run gets a `report.html` at its end.
    ///   - warn: told what cannot be written.
    public init(run: String, writesEvents: Bool, writesReport: Bool, warn: @escaping (String) -> Void) {
        self.run = run
        self.writesReport = writesReport
        self.warn = warn
        let isBegun = FileManager.default.fileExists(atPath: TensorBoardLog.folder(of: run))
        events = writesEvents || isBegun ? TensorBoardLog(run: run, warn: warn) : nil
    }

    /// To be given to the trainer.
    public var callbacks: [any TrainingCallback] { events.map { [$0] } ?? [] }

    /// Tells what came out of a run that has come to its end.
    public func finish(_ job: TrainingJob) {
        guard events != nil || writesReport else { return }
        do {
            let (device, precision) = (job.trainer.backend.device, job.trainer.backend.precision)
            let report = try RunReport(
                run: run, device: device.backend == "cpu" ? .cpu : .openCL(name: device.name), precision: precision)
            events?.addResults(report.results, epoch: report.run.bestEpoch ?? 0)
            if writesReport { try report.write(to: run + "/report.html") }
        } catch {
            warn("there is no report: \(error)")
        }
    }
}
