import Logging
import OcellusServing
import ServiceLifecycle
import Synchronization
import Testing

/// Runs a service for as long as `body` takes, with the port that it listens on, then stops it.
func withService(
    _ options: HTTPServiceOptions = HTTPServiceOptions(), _ routes: Routes,
    _ body: @Sendable (_ port: Int, _ stop: @escaping @Sendable () async -> Void) async throws -> Void
) async throws {
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let service = HTTPService(
        options, routes: routes, logger: .silent,
        onListening: {
            continuation.yield($0)
            continuation.finish()
        })
    let group = ServiceGroup(services: [service], logger: .silent)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        var iterator = ports.makeAsyncIterator()
        let port = try #require(await iterator.next())
        try await body(port) { await group.triggerGracefulShutdown() }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
    }
}

extension Logger {
    static var silent: Logger { Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }) }
}
