import HTTPTypes

/// What keeps a person's browser from being used against the service, or the service's answers against the person.
enum BrowserGuards {
    /// Adds the header fields that guard a browser, unless they are there.
    static func add(to headers: inout HTTPFields, isTLS: Bool) {
        for case (let name?, let value) in fields where headers[name] == nil { headers[name] = value }
        if isTLS { headers[.strictTransportSecurity] = "max-age=31536000" }
    }

    /// Refuses what a page of another site sends through a person's browser to a service on this machine.
    /// - Throws: `RequestError` 403.
    static func checkOrigin(_ headers: HTTPFields, host: String?) throws {
        let name = host ?? ""
        guard isThisMachine(name) else {
            throw RequestError(.forbidden, "This service answers only when it is called by this machine's own name")
        }
        if let origin = headers[.origin] {
            guard origin == "http://\(name)" || origin == "https://\(name)" else {
                throw RequestError(.forbidden, "Another site's page may not use this service")
            }
        }
    }

    /// Whether `name` or `name:port` is loopback.
    private static func isThisMachine(_ name: String) -> Bool {
        let bare =
            name.hasPrefix("[") ? String(name.dropFirst().prefix { $0 != "]" }) : String(name.prefix { $0 != ":" })
        return ["localhost", "127.0.0.1", "::1"].contains(bare.lowercased())
    }

    private static let fields: [(HTTPField.Name?, String)] = [
        (.xContentTypeOptions, "nosniff"),
        (.contentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'"),
        (.cacheControl, "no-store"),
        (HTTPField.Name("Referrer-Policy"), "no-referrer"),
        (HTTPField.Name("Cross-Origin-Resource-Policy"), "same-origin"),
    ]
}
