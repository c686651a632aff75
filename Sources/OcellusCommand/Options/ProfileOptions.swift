import ArgumentParser
import Foundation
import Ocellus

/// Whether to say where the time goes, as the subcommands that compute take it.
struct ProfileOptions: ParsableArguments {
    @Flag(help: "Say how long each operation takes, and how near to the machine's peak it comes.")
    var profile = false

    @Option(
        help: ArgumentHelp(
            "Write when each operation ran to a file that chrome://tracing and ui.perfetto.dev open.",
            valueName: "file"))
    var profileTrace: String?

    func validate() throws {
        guard let profileTrace else { return }
        // Before the work, not after it.
        let folder = URL(fileURLWithPath: profileTrace).deletingLastPathComponent().path
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw ValidationError("--profile-trace \(profileTrace): \(folder) is no folder that can be written to")
        }
    }

    /// A profiler, if anything of it is wanted.
    func makeProfiler() -> Profiler? { profile || profileTrace != nil ? Profiler() : nil }

    /// Shows and writes what was asked for.
    func finish(_ profiler: Profiler?, on backend: any Backend, show: (Profile) throws -> Void) throws {
        guard let profiler else { return }
        if let profileTrace {
            try AtomicFile.write(
                JSONEncoder().encode(ChromeTrace(profiler, device: backend.device.name)), to: profileTrace)
        }
        if profile { try show(Profile(profiler, peak: backend.measurePeak())) }
    }
}
