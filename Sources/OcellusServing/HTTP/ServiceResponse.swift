public import HTTPTypes

/// A whole response, in memory.
public struct ServiceResponse: Sendable {
    /// The status.
    public var status: HTTPResponse.Status
    /// Its own header fields. The service adds `Content-Length`, `Date`, and those that guard a browser unless they are here.
    public var headers: HTTPFields
    /// The body.
    public var body: [UInt8]

    /// A response with a body of a media type.
    public init(_ status: HTTPResponse.Status = .ok, body: [UInt8] = [], type: String? = nil) {
        self.status = status
        self.body = body
        headers = [:]
        headers[.contentType] = type
    }

    /// A response with a value as JSON.
    /// - Throws: `EncodingError`.
    public static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> ServiceResponse {
        ServiceResponse(status, body: try JSONText.encode(value), type: "application/json")
    }

    /// A response with plain text.
    public static func text(_ text: String, status: HTTPResponse.Status = .ok) -> ServiceResponse {
        ServiceResponse(status, body: Array(text.utf8), type: "text/plain; charset=utf-8")
    }

    /// A page, or a part of one, kept in memory.
    ///
    /// - Parameters:
    ///   - type: as `text/html; charset=utf-8`.
    ///   - policy: its `Content-Security-Policy`; by default it may load only from the service itself.
    public static func page(
        _ body: [UInt8], type: String,
        policy: String = "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'"
    ) -> ServiceResponse {
        var response = ServiceResponse(body: body, type: type)
        response.headers[.contentSecurityPolicy] = policy
        response.headers[.cacheControl] = "no-cache"
        return response
    }
}
