import ArgumentParser
import Logging
import OcellusServing

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a model over HTTP.")

    @Argument(help: "The model's folder, as runs/parts/model.")
    var model: String

    @Option(
        help: ArgumentHelp("The address to listen on; 0.0.0.0 for all that this machine has.", valueName: "address"))
    var host = "127.0.0.1"

    @Option(help: ArgumentHelp("The port to listen on; 0 for one that is free.", valueName: "n"))
    var port = 5000

    func validate() throws {
        if !(0...65535 ~= port) { throw ValidationError("--port is \(port); it must be 0 to 65535") }
    }

    func run() async throws {
        let options = HTTPServiceOptions(host: host, port: port)
        let server = try ModelServer(modelFolder: model, options: options, logger: Logger(label: "ocellus"))
        try await server.run { [host] in Terminal.note("listening on http://\(host):\($0)") }
    }
}
