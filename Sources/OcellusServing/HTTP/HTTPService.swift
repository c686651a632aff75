import HTTPTypes
import HummingbirdCore
import HummingbirdTLS
public import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
public import ServiceLifecycle
import Synchronization

/// An HTTP server that listens on one address and answers by its routes. It stops gracefully: what is in flight is finished,
/// within a deadline, and nothing new is taken.
public final class HTTPService: Service {
    /// What is told of a request that was answered.
    public struct Record: Sendable {
        /// The request's identity.
        public let id: String
        /// As `POST`.
        public let method: HTTPRequest.Method
        /// The path as it was sent, without the query.
        public let path: String
        /// The route's pattern; nil where there is none at the path.
        public let route: String?
        /// The response's status.
        public let status: HTTPResponse.Status
        /// From the end of the request's headers to the response.
        public let duration: Duration
    }

    private let options: HTTPServiceOptions
    private let routes: Routes
    private let logger: Logger
    private let date = HTTPDate()
    private let budget: BodyBudget
    private let onListening: @Sendable (Int) -> Void
    private let onResponse: @Sendable (Record) -> Void

    /// A server that does not listen yet.
    ///
    /// - Parameters:
    ///   - onListening: called with the port once it listens.
    ///   - onResponse: called after each response.
    public init(
        _ options: HTTPServiceOptions, routes: Routes, logger: Logger,
        onListening: @escaping @Sendable (_ port: Int) -> Void = { _ in },
        onResponse: @escaping @Sendable (Record) -> Void = { _ in }
    ) {
        self.options = options
        budget = BodyBudget(limit: options.limits.bodyBytesInAll)
        self.routes = routes
        self.logger = logger
        self.onListening = onListening
        self.onResponse = onResponse
    }

    /// The bytes of requests' bodies that are in memory.
    package var bodyByteCount: Int { budget.byteCount }

    var stopTime: Duration { options.limits.stopTime }

    /// For libraries, whose words are not for a person who runs a server.
    var serviceLogger: Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .error)
        return quiet
    }

    /// Serves until it is asked to stop, by cancellation or a graceful shutdown of its service group.
    /// - Throws: `HTTPServiceError` when it cannot listen, or a file for TLS is not right.
    public func run() async throws {
        let (limits, isTLS) = (options.limits, options.tls != nil)
        var builder = HTTPServerBuilder { GuardedHTTPChannel(responder: $0, limits: limits, isTLS: isTLS) }
        if let tls = options.tls { builder = try .tls(builder, tlsConfiguration: tls.configuration()) }
        let quiet = serviceLogger
        let server = try builder.buildServer(
            configuration: ServerConfiguration(
                address: .hostname(options.host, port: options.port), backlog: 1024,
                availableConnectionsDelegate: .maximum(limits.connections, logger: quiet)),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quiet,
            responder: { [self] request, writer, channel in try await respond(to: request, writer, channel) },
            onServerRunning: { [onListening] in onListening($0.localAddress?.port ?? 0) })
        do {
            try await server.run()
        } catch let error as IOError {
            throw HTTPServiceError(
                "cannot listen on \(options.host):\(options.port): \(error.description). Is something else listening there? "
                    + "Give another port")
        } catch let error as SocketAddressError {
            throw HTTPServiceError("there is no address '\(options.host)' to listen on (\(error))")
        }
    }

    private func respond(
        to request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel
    ) async throws {
        let start = ContinuousClock.now
        let id = RequestIdentity.of(request.headers)
        let share = BodyBudget.Share(of: budget)
        defer { share.release() }
        let service = ServiceRequest(
            request, id: id, limit: options.limits.bodyBytes, share: share, isWanted: { channel.isActive })
        let match = routes.match(service)
        var response: ServiceResponse
        do {
            if options.isForOwnPagesOnly {
                try BrowserGuards.checkOrigin(request.headers, host: request.head.authority)
            }
            response = try await match.respond(service)
        } catch let error as RequestError {
            response = error.response
        } catch let error as HTTPParserError {
            throw error  // hummingbird answers it
        } catch {
            logger.error("a request failed", metadata: ["id": "\(id)", "error": "\(error)"])
            response = RequestError(.internalServerError, "Something went wrong; the server's log has more").response
        }
        let record = Record(
            id: id, method: request.method, path: service.path, route: match.name, status: response.status,
            duration: .now - start)
        finish(&response, id)
        let isHead = request.method == .head
        try await writer.write(
            response: HTTPResponse(status: response.status, headerFields: response.headers),
            body: isHead || response.body.isEmpty ? .init() : .init(byteBuffer: ByteBuffer(bytes: response.body)))
        onResponse(record)
    }

    private func finish(_ response: inout ServiceResponse, _ id: String) {
        response.headers[.contentLength] = String(response.body.count)
        response.headers[.date] = date.now
        RequestIdentity.add(id, to: &response.headers)
        BrowserGuards.add(to: &response.headers, isTLS: options.tls != nil)
    }
}
