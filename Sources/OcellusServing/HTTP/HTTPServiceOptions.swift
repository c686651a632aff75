/// Where a service listens, and what it allows.
public struct HTTPServiceOptions: Sendable {
    /// The address to listen on; the machine itself alone unless changed.
    public var host = "127.0.0.1"
    /// The port; 0 for one that is free.
    public var port = 0
    /// The certificate and key for TLS; nil for plain HTTP.
    public var tls: TLSFiles?
    /// Sizes and times.
    public var limits = HTTPLimits()
    /// Whether only pages of the service's own may use it: the request's `Host` must be this machine, and its `Origin`, if
    /// any, the service itself. For services without a key that change something: no other site's page can then reach them through
    /// a person's browser.
    public var isForOwnPagesOnly = false

    /// The machine itself alone, on a free port.
    public init() {}

    /// A service on a port of an address.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}

/// What a service allows a client: sizes in bytes, and how long each part of a request may take. A client that takes longer is
/// cut off.
public struct HTTPLimits: Sendable, Equatable {
    /// The largest body of a request.
    public var bodyBytes = 32 << 20
    /// The most bytes of bodies that all requests together keep in memory; a request beyond it is refused.
    public var bodyBytesInAll = 512 << 20
    /// The largest header field, and all of them together.
    public var headerBytes = 16 << 10
    /// The most header fields.
    public var headerCount = 100
    /// The most connections; more wait until one is closed.
    public var connections = 4096
    /// From the first byte of a request, or from the opening of a connection, to the end of its headers.
    public var headerTime: Duration = .seconds(10)
    /// From the end of the headers to the end of the body.
    public var bodyTime: Duration = .seconds(30)
    /// From the end of a request to the end of its response.
    public var responseTime: Duration = .seconds(60)
    /// Between a response and the next request.
    public var idleTime: Duration = .seconds(60)
    /// From the request to stop to the end of what is in flight then.
    public var stopTime: Duration = .seconds(10)

    /// Limits for services that take pictures.
    public init() {}
}
