public import HTTPTypes

/// Which function answers which method and path.
public struct Routes: Sendable {
    /// What answers a request.
    public typealias Handler = @Sendable (ServiceRequest) async throws -> ServiceResponse

    private struct Route: Sendable {
        let parts: [Substring]
        /// What logs and metrics call it.
        let name: String
        var handlers: [HTTPRequest.Method: Handler] = [:]
    }

    private var routes: [Route] = []

    /// No route.
    public init() {}

    /// Adds a route. Parts of the path as `:name` stand for any one part. A GET route answers HEAD too.
    public mutating func on(_ method: HTTPRequest.Method, _ path: String, _ handler: @escaping Handler) {
        let parts = Self.parts(path)
        let place =
            routes.firstIndex { $0.name == path }
            ?? {
                routes.append(Route(parts: parts, name: path))
                return routes.count - 1
            }()
        routes[place].handlers[method] = handler
    }

    /// What was found for a request.
    struct Match {
        /// The route's pattern; nil where there is none.
        let name: String?
        let respond: Handler
    }

    func match(_ request: ServiceRequest) -> Match {
        let parts = Self.parts(request.path)
        for route in routes {
            guard let parameters = Self.parameters(route.parts, parts) else { continue }
            let isHead = request.method == .head && route.handlers[.head] == nil
            guard let handler = route.handlers[isHead ? .get : request.method] else {
                var allowed = Set(route.handlers.keys.map(\.rawValue))
                if allowed.contains("GET") { allowed.insert("HEAD") }
                let fields: HTTPFields = [.allow: allowed.sorted().joined(separator: ", ")]
                return Match(name: route.name) { _ in
                    throw RequestError(.methodNotAllowed, "Not possible on this path", headers: fields)
                }
            }
            return Match(name: route.name) {
                var request = $0
                request.parameters = parameters
                return try await handler(request)
            }
        }
        return Match(name: nil) { _ in throw RequestError(.notFound, "There is nothing at this path") }
    }

    private static func parts(_ path: String) -> [Substring] {
        path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { $0 }
    }

    private static func parameters(_ pattern: [Substring], _ parts: [Substring]) -> [String: String]? {
        guard pattern.count == parts.count else { return nil }
        var parameters: [String: String] = [:]
        for (wanted, part) in zip(pattern, parts) {
            if wanted.first == ":" {
                guard let decoded = part.removingPercentEncoding(), !decoded.isEmpty else { return nil }
                parameters[String(wanted.dropFirst())] = decoded
            } else if wanted != part {
                return nil
            }
        }
        return parameters
    }
}

extension Substring {
    /// `%41` as `A`; nil when what follows a `%` is not two hexadecimal digits, or the result is not UTF-8.
    func removingPercentEncoding() -> String? {
        var bytes: [UInt8] = []
        var rest = utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(Self.digit), let low = rest.popFirst().flatMap(Self.digit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt8.init)
    }
}
