public import Logging
import NIOPosix
import Ocellus
import OcellusServing

/// The page of `ocellus label`, on this machine alone.
///
/// Only numbers of pictures and classes come from a browser, never a path; pictures go out as JPEGs that are made of their
/// pixels. Requests of other sites' pages, or under another name than this machine's own, are refused.
public struct LabellingServer: Sendable {
    private let labelling: Labelling
    private let options: HTTPServiceOptions
    private let logger: Logger

    /// A server for a labelling.
    ///
    /// - Parameter port: where it listens on loopback; 0 for a port that is free.
    public init(_ labelling: Labelling, port: Int = 0, logger: Logger = Logger(label: "ocellus")) {
        self.labelling = labelling
        self.logger = logger
        options = HTTPServiceOptions(host: "127.0.0.1", port: port)
    }

    /// Serves until Ctrl-C or SIGTERM.
    ///
    /// - Parameter onListening: called with the port once it listens.
    /// - Throws: `HTTPServiceError` when it cannot listen.
    public func run(onListening: @escaping @Sendable (_ port: Int) -> Void = { _ in }) async throws {
        var options = options
        options.isForOwnPagesOnly = true
        options.limits.bodyBytes = 1 << 20
        options.limits.stopTime = .seconds(2)
        // One thread for what is written, so that no label waits for pictures that are being decoded.
        let writing = NIOThreadPool(numberOfThreads: 1)
        writing.start()
        let routes = LabellingRoutes(labelling, writing: writing).routes
        defer { labelling.stop() }
        try await HTTPService(options, routes: routes, logger: logger, onListening: onListening).runUntilSignal()
        try await writing.shutdownGracefully()
    }
}
