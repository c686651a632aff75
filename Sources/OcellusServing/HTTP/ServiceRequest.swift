public import HTTPTypes
import HummingbirdCore
public import NIOCore

/// A request whose headers have arrived; its body is read when asked for.
public struct ServiceRequest: Sendable {
    /// What logs and the response's `X-Request-Id` call it.
    public let id: String
    /// What to do.
    public var method: HTTPRequest.Method { request.method }
    /// The path as it was sent, without the query.
    public var path: String { request.uri.path }
    /// The header fields.
    public var headers: HTTPFields { request.headers }
    /// What the route's `:name` parts stand for, decoded.
    public internal(set) var parameters: [String: String] = [:]

    private let request: Request
    private let limit: Int
    private let share: BodyBudget.Share
    /// Whether the client is still there.
    let isWanted: @Sendable () -> Bool

    init(
        _ request: Request, id: String, limit: Int, share: BodyBudget.Share,
        isWanted: @escaping @Sendable () -> Bool
    ) {
        self.request = request
        self.share = share
        self.id = id
        self.limit = limit
        self.isWanted = isWanted
    }

    /// A value of the query, decoded; nil when there is none of that name.
    public func query(_ name: String) -> String? { request.uri.queryParameters[name[...]].map(String.init) }

    /// The media type of the body in small letters, without its parameters; empty when there is none.
    public var mediaType: String {
        let field = headers[.contentType] ?? ""
        let type = field.prefix { $0 != ";" }.lowercased()
        return String(type.drop { $0 == " " }.prefix { $0 != " " && $0 != "\t" })
    }

    /// Gives `take` the body as it arrives. To be called once.
    /// - Throws: `RequestError` 413 when it is larger than the service's limit, 503 when all bodies together are; what `take` throws.
    public func forEachChunk(_ take: (ByteBuffer) throws -> Void) async throws {
        let announced = headers[.contentLength].flatMap { Int($0) }
        if let announced, announced > limit { throw tooLarge }
        var count = 0
        for try await chunk in request.body {
            count += chunk.readableBytes
            if count > limit { throw tooLarge }
            try share.take(chunk.readableBytes)
            try take(chunk)
        }
        if let announced, announced != count { throw RequestError(.badRequest, "The body ended early") }
    }

    /// The whole body. To be called once.
    /// - Throws: `RequestError` as for `forEachChunk`.
    public func body() async throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(headers[.contentLength].flatMap { Int($0) } ?? 0, 1 << 20))
        try await forEachChunk { bytes.append(contentsOf: $0.readableBytesView) }
        return bytes
    }

    private var tooLarge: RequestError {
        RequestError(.contentTooLarge, "The body is larger than \(limit) bytes, which is the limit")
    }
}
