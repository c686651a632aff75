public import Logging
import Ocellus

/// Serves a model over HTTP.
public struct ModelServer: Sendable {
    private let model: Model
    private let options: HTTPServiceOptions
    private let logger: Logger

    /// A server for the model in a folder.
    /// - Throws: `ModelError`.
    public init(modelFolder: String, options: HTTPServiceOptions, logger: Logger) throws {
        model = try Model(contentsOf: modelFolder)
        self.options = options
        self.logger = logger
    }

    /// Serves until it is asked to stop.
    ///
    /// - Parameter onListening: called with the port once it listens.
    /// - Throws: `HTTPServiceError` when it cannot listen.
    public func run(onListening: @escaping @Sendable (_ port: Int) -> Void = { _ in }) async throws {
        var routes = Routes()
        routes.on(.get, "/healthz") { _ in .text("ok\n") }
        try await HTTPService(options, routes: routes, logger: logger, onListening: onListening).runUntilSignal()
    }
}
