import HTTPTypes

/// What a request is called in logs and to its client.
enum RequestIdentity {
    private static let field = HTTPField.Name("X-Request-Id")

    /// Tells the client.
    static func add(_ id: String, to headers: inout HTTPFields) {
        if let field { headers[field] = id }
    }

    /// The client's own, if it is a short word, so that it can be followed through several services; else a new one.
    static func of(_ headers: HTTPFields) -> String {
        if let field, let given = headers[field], 1...64 ~= given.utf8.count,
            given.utf8.allSatisfy({ byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            })
        {
            return given
        }
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
