import ArgumentParser
import Ocellus
import OcellusTracking

/// What is written of a run beside what it needs itself.
struct TrackingOptions: ParsableArguments {
    @Flag(help: "Write event files for TensorBoard to the run's folder.")
    var tensorboard = false

    @Flag(help: "Write no report.html to the run's folder when training has come to its end.")
    var noReport = false

    /// - Parameter run: where it is written; a run that has event files gets more of them when it goes on.
    func trackers(of run: RunFolder) -> RunTrackers {
        RunTrackers(run: run.path, writesEvents: tensorboard, writesReport: !noReport) { Terminal.warn($0) }
    }
}
