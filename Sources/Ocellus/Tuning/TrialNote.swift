import Foundation
import OcellusOpenCL

/// Which parameters are being tried, on disk. Where a driver crashes, or hangs until someone ends the process, the next process
/// knows by it what not to try again.
struct TrialNote {
    /// What a process tries.
    struct Trial: Codable, Equatable {
        let key: String
        let parameters: KernelParameters
        let process: Int32
    }

    private let file: URL

    /// The note of a device.
    init(_ device: OpenCLDevice, in folder: URL? = nil) { file = device.noteFile("trial", in: folder) }

    /// Writes down what this process is about to try. Where nothing can be written, nothing is known afterwards.
    func begin(_ key: String, _ parameters: KernelParameters) {
        let trial = Trial(key: key, parameters: parameters, process: ProcessInfo.processInfo.processIdentifier)
        try? FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try? JSONEncoder().encode(trial).write(to: file, options: .atomic)
    }

    /// The trial has ended.
    func end() { try? FileManager.default.removeItem(at: file) }

    /// What a process that is gone was trying, if one ended in the middle.
    var unfinished: Trial? {
        guard let data = try? Data(contentsOf: file), let trial = try? JSONDecoder().decode(Trial.self, from: data),
            kill(trial.process, 0) != 0 && errno == ESRCH
        else { return nil }
        return trial
    }
}

extension TunedKernels {
    /// What is kept for a device, after taking down what a process was trying when it ended.
    package static func keptAfterTrials(for device: OpenCLDevice, in folder: URL? = nil) -> TunedKernels {
        let note = TrialNote(device, in: folder)
        if let trial = note.unfinished {
            // What cannot be kept shows again the next time.
            try? change(for: device, in: folder) { $0.faulty[trial.key, default: []].insert(trial.parameters) }
            note.end()
        }
        return kept(for: device, in: folder)
    }
}
