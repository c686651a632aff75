import Foundation
import OcellusGraph
import OcellusModels
import OcellusOpenCL

/// What tuning found for a device: which parameters are quickest for which operation.
public struct TunedKernels: Sendable, Codable {
    /// How long was looked.
    public enum Effort: String, Sendable, Codable, Comparable {
        /// For some seconds, when a network was first run on the device.
        case quick
        /// At all that is worth trying.
        case thorough

        /// By how much was tried.
        public static func < (a: Effort, b: Effort) -> Bool { a == .quick && b == .thorough }
    }

    /// What was found for one operation.
    public struct Entry: Sendable, Codable {
        /// The quickest parameters; the usual ones when nothing is said.
        public var parameters: KernelParameters
        /// How long they take, and how long the usual ones do; nil when there was no time to try.
        public var milliseconds, usualMilliseconds: Double?
        /// Their normalised squared error against the CPU.
        public var error: Double?
        /// How long was looked.
        public var effort: Effort
        /// Whether this device computed them as the CPU does, with this driver; what was imported has to show it yet.
        public var isVerified: Bool

        /// What was found; the usual parameters and nothing else where there was no time to try.
        public init(
            parameters: KernelParameters = KernelParameters(), milliseconds: Double? = nil,
            usualMilliseconds: Double? = nil, error: Double? = nil, effort: Effort, isVerified: Bool = true
        ) {
            self.parameters = parameters
            self.milliseconds = milliseconds
            self.usualMilliseconds = usualMilliseconds
            self.error = error
            self.effort = effort
            self.isVerified = isVerified
        }
    }

    /// The version of the file's format.
    public private(set) var formatVersion = 1
    /// The device's name.
    public let device: String
    /// Its platform and driver.
    public let detail: String
    /// By `TuningKey.text`.
    public var entries: [String: Entry] = [:]
    /// Parameters that are not to be tried, by key: the process ended while they were.
    public var faulty: [String: Set<KernelParameters>] = [:]

    /// Nothing is known yet.
    public init(_ device: OpenCLDevice) {
        self.device = device.description.name
        detail = device.description.detail
    }

    /// Parameters that may be used.
    public var choices: [String: KernelParameters] {
        entries.filter { $0.value.isVerified && $0.value.parameters != KernelParameters() }.mapValues(\.parameters)
    }
}

extension TunedKernels {
    /// What is kept for a device with its driver and the kernels of this version; nothing where nothing is, or cannot be read.
    ///
    /// - Parameter folder: where that is; nil is the standard folder.
    public static func kept(for device: OpenCLDevice, in folder: URL? = nil) -> TunedKernels {
        let file = device.noteFile("tuning", in: folder)
        return (try? JSONDecoder().decode(TunedKernels.self, from: Data(contentsOf: file))) ?? TunedKernels(device)
    }

    /// Keeps the entries given beside those that are kept already.
    /// - Throws: when the file cannot be written.
    public static func keep(_ entries: [String: Entry], for device: OpenCLDevice, in folder: URL? = nil) throws {
        try change(for: device, in: folder) { $0.entries.merge(entries) { $1 } }
    }

    /// Changes what is kept.
    static func change(
        for device: OpenCLDevice, in folder: URL?, _ change: (inout TunedKernels) -> Void
    ) throws {
        var kernels = kept(for: device, in: folder)
        change(&kernels)
        let file = device.noteFile("tuning", in: folder)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try encoder.encode(kernels).write(to: file, options: .atomic)
    }

    private static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return encoder
    }

    /// Writes everything to a file, which another machine with such a device can read.
    /// - Throws: when there is nothing to write, the file exists or cannot be written.
    public func export(to path: String) throws {
        guard !entries.isEmpty else {
            throw BackendError("nothing has been tuned for \(device) yet; run 'ocellus tune' first")
        }
        guard !FileManager.default.fileExists(atPath: path) else {
            throw ModelError(path, "exists already; name another file")
        }
        try AtomicFile.write(Self.encoder.encode(self), to: path)
    }

    /// Reads what `export` wrote, and keeps what is new for a device. It is used once the device has shown, with the network
    /// that wants it, that it computes rightly.
    /// - Returns: how many entries were taken.
    /// - Throws: `ModelError` when the file is none of these, or of another device.
    public static func importing(_ path: String, for device: OpenCLDevice, in folder: URL? = nil) throws -> Int {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ModelError(path, "cannot be read")
        }
        guard let imported = try? JSONDecoder().decode(TunedKernels.self, from: data), imported.formatVersion == 1
        else {
            throw ModelError(path, "is no file that 'ocellus tune --export' of this version wrote")
        }
        guard imported.device == device.description.name else {
            throw ModelError(path, "is for the device \(imported.device), not for \(device.description.name)")
        }
        let known = kept(for: device, in: folder).entries
        let new = imported.entries.filter { key, entry in
            known[key].map { $0.effort < entry.effort || $0.milliseconds == nil } ?? true
        }.mapValues { entry in
            var entry = entry
            entry.isVerified = false
            return entry
        }
        try keep(new, for: device, in: folder)
        return new.count
    }
}
