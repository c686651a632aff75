import Foundation

/// The `ocellus` command that was built with the tests.
struct Command {
    struct Result {
        let code: Int32
        let output: String
        let errors: String
        var lines: [Substring] { output.split(separator: "\n") }
    }

    static var path: String {
        let test = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        return test.deletingLastPathComponent().appendingPathComponent("ocellus").path
    }

    /// A process with its output in files: a full pipe would hold it up.
    static func start(_ arguments: [String], in folder: TemporaryFolder, environment: [String: String] = [:]) throws
        -> (Process, output: String, errors: String)
    {
        let name = UUID().uuidString
        let (output, errors) = (folder(name + ".out"), folder(name + ".err"))
        for path in [output, errors] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: output)
        process.standardError = FileHandle(forWritingAtPath: errors)
        try process.run()
        return (process, output, errors)
    }

    @discardableResult
    static func run(
        _ arguments: String..., in folder: TemporaryFolder, environment: [String: String] = [:]
    ) throws -> Result { try run(arguments: arguments, in: folder, environment: environment) }

    static func run(
        arguments: [String], in folder: TemporaryFolder, environment: [String: String] = [:]
    ) throws -> Result {
        let (process, output, errors) = try start(arguments, in: folder, environment: environment)
        process.waitUntilExit()
        return Result(
            code: process.terminationStatus, output: try String(contentsOfFile: output, encoding: .utf8),
            errors: try String(contentsOfFile: errors, encoding: .utf8))
    }
}
