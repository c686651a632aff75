import ServiceLifecycle
import UnixSignals

/// Loads models anew when their folders are replaced, and on SIGHUP.
struct ModelWatch: Service {
    let models: ModelStore
    /// How often the folders are looked at.
    let interval: Duration

    func run() async throws {
        await withTaskCancellationOrGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { [models] in
                    for await _ in await UnixSignalsSequence(trapping: .sighup) { await models.reloadAll() }
                }
                group.addTask { [models, interval] in
                    while (try? await Task.sleep(for: interval)) != nil { await models.reloadChanged() }
                }
                await stop.wait()
                group.cancelAll()
            }
        } onCancelOrGracefulShutdown: {
            stop.signal()
        }
    }

    private let stop = StopSignal()

    init(_ models: ModelStore, interval: Duration = .seconds(1)) {
        self.models = models
        self.interval = interval
    }
}

/// Something to wait for that happens once.
private final class StopSignal: Sendable {
    private let (stream, continuation) = AsyncStream.makeStream(of: Never.self)

    func signal() { continuation.finish() }
    func wait() async { for await _ in stream {} }
}
