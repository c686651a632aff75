import ArgumentParser
import Logging
import Ocellus
import OcellusServing

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a model over HTTP.",
        discussion: """
            ocellus serve runs/parts/model --port 5000
            curl -F file=@photo.jpg http://localhost:5000/predict

            Answers POST /predict (a form's field 'file', a picture as the body, or base64 in JSON), the Open Inference Protocol \
            below /v2, /healthz, /readyz, /metrics and /openapi.json. Ctrl-C or SIGTERM finishes what is in flight and stops; \
            SIGHUP, or a new model in the folder, loads the model anew. Reached from this machine only unless --host says \
            otherwise. Computes on the CPU unless --device says otherwise.
            """)

    @Argument(help: "The model's folder, as runs/parts/model; clients call it 'default'.")
    var folder: String?

    @Option(
        name: .customLong("model"),
        help: ArgumentHelp("A model with a name; may be given several times.", valueName: "name=folder"))
    var models: [String] = []

    @OptionGroup(title: "Listening")
    var listening: ListeningOptions

    @OptionGroup(title: "Batches")
    var batching: BatchingOptions

    @OptionGroup(title: "Answers")
    var answers: AnswerOptions

    @OptionGroup(title: "Device")
    var device: DeviceOptions

    func validate() throws {
        if folder == nil, models.isEmpty { throw ValidationError("Give a model's folder, or --model name=folder") }
    }

    func run() async throws {
        let logger = listening.makeLogger()
        var options = ServingOptions()
        try listening.apply(to: &options)
        batching.apply(to: &options)
        try answers.apply(to: &options, logger: logger)
        let chosen = try device.choose(else: .cpu)
        let unnamed = try folder.map { try ModelSource(name: "default", folder: $0) }
        let sources = try (unnamed.map { [$0] } ?? []) + models.map { try ModelSource($0) }
        let server = try await ModelServer(sources, options: options, backend: chosen.backend, logger: logger)
        let scheme = options.http.tls == nil ? "http" : "https"
        let (host, name) = (options.http.host, chosen.backend.device.name)
        try await server.run { port in
            logger.notice(
                "listening",
                metadata: [
                    "address": "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)", "device": "\(name)",
                    "models": "\(sources.map(\.name).joined(separator: ","))",
                ])
        }
    }
}
