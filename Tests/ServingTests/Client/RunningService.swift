import Logging
import OcellusServing
import ServiceLifecycle
import Testing

/// Runs a service for as long as `body` takes, with the port that it listens on, then stops it.
func withService(
    _ options: HTTPServiceOptions = HTTPServiceOptions(), _ routes: Routes,
    _ body: @Sendable (_ port: Int, _ stop: @escaping @Sendable () async -> Void) async throws -> Void
) async throws {
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let service = HTTPService(options, routes: routes, logger: .silent, onListening: { continuation.yield($0) })
    try await withRunning(service, ports, body)
}

/// Runs a service that tells `ports` where it listens.
func withRunning(
    _ service: HTTPService, _ ports: AsyncStream<Int>,
    _ body: @Sendable (_ port: Int, _ stop: @escaping @Sendable () async -> Void) async throws -> Void
) async throws {
    let group = ServiceGroup(services: [service], logger: .silent)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        var iterator = ports.makeAsyncIterator()
        let port = try #require(await iterator.next())
        do {
            try await body(port) { await group.triggerGracefulShutdown() }
        } catch {
            await group.triggerGracefulShutdown()
            throw error
        }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
    }
}

extension Logger {
    static var silent: Logger { Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }) }
}
