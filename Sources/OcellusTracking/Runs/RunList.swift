import Foundation
import Ocellus

/// The runs in a folder, and in folders in it.
public struct RunList: Sendable {
    /// How runs are ordered.
    public enum Order: String, Sendable, CaseIterable {
        /// When they began, the latest first.
        case date
        /// By their folders.
        case name
        /// By accuracy on the test part, the best first; runs without one last.
        case test
        /// By validation accuracy at the best epoch, the best first.
        case validation
        /// By the time that they took, the shortest first.
        case time
    }

    /// The runs that could be read.
    public private(set) var runs: [RunRecord]
    /// What is wrong with others.
    public let problems: [String]

    /// Looks for folders with a `run.json`, four levels deep.
    ///
    /// - Throws: `TrainingError` when there is no such folder.
    public init(folder: String) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw TrainingError("there is no folder \(folder)")
        }
        var runs: [RunRecord] = []
        var problems: [String] = []
        for path in Self.folders(in: folder, depth: 4) {
            do {
                runs.append(try RunRecord(contentsOf: path))
            } catch {
                problems.append("\(error)")
            }
        }
        self.runs = runs
        self.problems = problems
    }

    private static func folders(in folder: String, depth: Int) -> [String] {
        if FileManager.default.fileExists(atPath: folder + "/run.json") { return [folder] }
        guard depth > 0, let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return [] }
        return names.sorted().filter { !$0.hasPrefix(".") }.flatMap { name -> [String] in
            let path = folder == "." ? name : folder + "/" + name
            var isFolder: ObjCBool = false
            let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            return isThere && isFolder.boolValue ? folders(in: path, depth: depth - 1) : []
        }
    }

    /// Orders the runs.
    public mutating func sort(by order: Order) {
        func highest(_ value: (RunRecord) -> Double?) {
            runs.sort { (value($0) ?? -1, $1.path) > (value($1) ?? -1, $0.path) }
        }
        switch order {
        case .date: runs.sort { ($0.description.date, $0.path) > ($1.description.date, $1.path) }
        case .name: runs.sort { $0.path < $1.path }
        case .test: highest(\.testAccuracy)
        case .validation: highest(\.validationAccuracy)
        case .time: runs.sort { ($0.seconds, $0.path) < ($1.seconds, $1.path) }
        }
    }

    /// Keeps the runs in which a setting has a value: `network.name=resnet18`, or a setting's last name alone, `batchSize=32`.
    ///
    /// - Throws: `TrainingError` when no run has such a setting.
    public mutating func filter(setting: String, value: String) throws {
        func values(_ run: RunRecord) -> [String] {
            run.settings.filter { $0.key == setting || $0.key.hasSuffix("." + setting) }.map(\.value)
        }
        guard runs.isEmpty || runs.contains(where: { !values($0).isEmpty }) else {
            let known = Set(runs.flatMap(\.settings.keys)).filter { !$0.contains("[") }.sorted()
            throw TrainingError("no run has a setting '\(setting)'; there are \(known.joined(separator: ", "))")
        }
        runs = runs.filter { values($0).contains(value) }
    }

    /// The run with the highest accuracy on validation, by which runs are chosen: the test part is for saying how good the
    /// chosen one is.
    public var best: RunRecord? {
        runs.filter { $0.validationAccuracy != nil }.max {
            ($0.validationAccuracy ?? 0, $1.path) < ($1.validationAccuracy ?? 0, $0.path)
        }
    }

    /// Groups of runs whose test parts differ; accuracies compare within a group only. One group or none when all do.
    public var testParts: [String: [RunRecord]] {
        Dictionary(grouping: runs.filter { $0.testPart != nil }) { $0.testPart ?? "" }
    }
}
