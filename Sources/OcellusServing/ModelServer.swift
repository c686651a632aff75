public import Logging
public import Ocellus
import ServiceLifecycle

/// Serves models over HTTP: the guide's `POST /predict`, the Open Inference Protocol, and what operating a service takes.
public final class ModelServer: Sendable {
    private let options: ServingOptions
    private let logger: Logger
    private let engine: InferenceEngine
    private let models: ModelStore
    private let prometheus = PrometheusMetrics()
    private let metrics: ServingMetrics

    /// Loads models and puts them on a device.
    ///
    /// - Parameter sources: the first answers where no name is given.
    /// - Throws: `ModelError`, `GraphError` and `BackendError` for a model that cannot be loaded; `HTTPServiceError`.
    public init(
        _ sources: [ModelSource], options: ServingOptions, backend: any Backend, logger: Logger
    ) async throws {
        guard Set(sources.map(\.name)).count == sources.count, !sources.isEmpty else {
            throw HTTPServiceError("give at least one model, and each a name of its own")
        }
        self.options = options
        self.logger = logger
        metrics = ServingMetrics(prometheus)
        engine = try InferenceEngine(backend: backend, options: options.inference, metrics: metrics)
        models = ModelStore(sources, engine: engine, metrics: metrics, logger: logger)
        try await models.loadAll()
    }

    /// Serves until Ctrl-C or SIGTERM, and loads models anew on SIGHUP or when their folders are replaced.
    ///
    /// - Parameter onListening: called with the port once it listens.
    /// - Throws: `HTTPServiceError` when it cannot listen.
    public func run(onListening: @escaping @Sendable (_ port: Int) -> Void = { _ in }) async throws {
        defer { engine.stop() }
        try await service(onListening: onListening).runUntilSignal(with: [ModelWatch(models)])
    }

    /// The HTTP service alone, without signals, for programs that have services of their own.
    public func service(onListening: @escaping @Sendable (_ port: Int) -> Void = { _ in }) -> HTTPService {
        HTTPService(
            options.http, routes: routes, logger: logger,
            onListening: { [models] port in
                onListening(port)
                Task { await models.warmAll() }
            },
            onResponse: { [metrics, logger, options] record in
                metrics.answered(record)
                guard options.logsRequests else { return }
                logger.info(
                    "request",
                    metadata: [
                        "id": "\(record.id)", "method": "\(record.method.rawValue)", "path": "\(record.path)",
                        "status": "\(record.status.code)",
                        "milliseconds": "\((Double(record.duration.nanoseconds) / 1e4).rounded() / 100)",
                    ])
            })
    }

    /// Loads all models anew. One that cannot be loaded leaves the one before it serving.
    public func reload() async { await models.reloadAll() }

    private var routes: Routes {
        var routes = Routes()
        let predict = PredictRoute(
            engine: engine, models: models, rejectBelow: options.rejectBelow, review: options.review,
            maximumCount: options.picturesPerRequest)
        Pages.add("classify.html", to: &routes)
        routes.on(.get, "/healthz") { _ in .text("ok\n") }
        routes.on(.get, "/readyz") { [engine, models] _ in
            guard await engine.isWorking(try models.model(named: nil)) else {
                throw RequestError(.serviceUnavailable, "The device fails")
            }
            return .text("ready\n")
        }
        routes.on(.get, "/openapi.json") { _ in ServiceResponse(body: OpenAPI.document, type: "application/json") }
        routes.on(.post, "/predict", guarded { try await predict.respond($0) })
        routes.on(
            .get, "/metrics",
            guarded { [prometheus] _ in
                var response = ServiceResponse.text(prometheus.text)
                response.headers[.contentType] = "text/plain; version=0.0.4; charset=utf-8"
                return response
            })
        OpenInferenceRoutes(
            engine: engine, models: models, limits: options.inference.pictures,
            maximumCount: options.picturesPerRequest
        ).add(to: &routes, guarded: guarded)
        return routes
    }

    /// For those with a key only, if there are keys.
    private func guarded(_ handler: @escaping Routes.Handler) -> Routes.Handler {
        guard let keys = options.keys else { return handler }
        return { request in
            try keys.check(request.headers)
            return try await handler(request)
        }
    }
}
