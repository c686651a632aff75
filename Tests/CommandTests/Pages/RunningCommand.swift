import Foundation
import Testing

/// An `ocellus` that serves a page.
final class RunningCommand {
    let process: Process
    /// Where it listens, with a slash at the end.
    let address: String
    private let errors: String

    /// Starts the command, and waits until it says where it listens.
    init(_ arguments: [String], in folder: TemporaryFolder) async throws {
        let (process, _, errors) = try Command.start(arguments, in: folder)
        self.process = process
        self.errors = errors
        address = try await eventually("\(arguments[0]) listens") {
            let text = try String(contentsOfFile: errors, encoding: .utf8)
            if !process.isRunning { Issue.record("\(text)") }
            return text.firstMatch(of: /http:\/\/127\.0\.0\.1:\d+/).map { String($0.0) + "/" }
        }
    }

    var port: String { String(address.split(separator: ":").last?.dropLast() ?? "") }
    var messages: String { (try? String(contentsOfFile: errors, encoding: .utf8)) ?? "" }

    /// Asks it to stop, and waits until it has.
    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    /// Kills it at once.
    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
