/// A `multipart/form-data` body.
package func form(_ parts: [(name: String, filename: String?, bytes: [UInt8])]) -> (type: String, body: [UInt8]) {
    var body: [UInt8] = []
    for part in parts {
        let file = part.filename.map { "; filename=\"\($0)\"" } ?? ""
        body += Array("--XyZ\r\nContent-Disposition: form-data; name=\"\(part.name)\"\(file)\r\n\r\n".utf8)
        body += part.bytes + Array("\r\n".utf8)
    }
    return ("multipart/form-data; boundary=XyZ", body + Array("--XyZ--\r\n".utf8))
}

/// Sends a form to `/predict`.
package func predict(
    _ parts: [(name: String, filename: String?, bytes: [UInt8])], port: Int, query: String = "",
    headers: [String: String] = [:]
) async throws -> Response {
    let (type, body) = form(parts)
    return try await request(
        "POST", "/predict" + query, port: port, headers: headers.merging(["Content-Type": type]) { $1 }, body: body)
}
