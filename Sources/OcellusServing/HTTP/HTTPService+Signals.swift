import ServiceLifecycle

extension HTTPService {
    /// Serves until Ctrl-C or SIGTERM, then stops gracefully: what is in flight is finished within the limits' `stopTime`.
    ///
    /// - Parameter companions: what runs beside it and stops after it.
    /// - Throws: `HTTPServiceError` when it cannot listen; what a companion throws.
    public func runUntilSignal(with companions: [any Service] = []) async throws {
        var configuration = ServiceGroupConfiguration(
            services: (companions + [self]).map { .init(service: $0) },
            gracefulShutdownSignals: [.sigterm, .sigint], logger: serviceLogger)
        // Connections are closed by then. What still computes is given up.
        configuration.maximumGracefulShutdownDuration = stopTime + .seconds(5)
        try await ServiceGroup(configuration: configuration).run()
    }
}
