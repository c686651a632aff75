import ArgumentParser
import Ocellus

struct DevicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices", abstract: "List what networks can be computed on.")

    @Flag(help: "Write a line of JSON a device.")
    var json = false

    func run() throws {
        let listing = try DeviceListing()
        if json {
            for entry in listing.entries { try Terminal.writeJSON(entry) }
            return
        }
        var table = Table(["option", "device", "kind", "memory", "precision", "driver"])
        for entry in listing.entries {
            table.add([
                "--device " + entry.option, entry.name, entry.kind, Terminal.gibibytes(entry.memoryByteCount),
                entry.precisions.map(\.rawValue).joined(separator: " "),
                entry.detail,
            ])
        }
        Terminal.write(table.text())
        for problem in listing.problems { Terminal.note(problem) }
    }
}
