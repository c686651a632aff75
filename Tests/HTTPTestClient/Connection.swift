import Foundation

/// A connection to a server on this machine, byte by byte, for what no HTTP library would send. It blocks, so its calls run
/// on threads of their own: a server that is tested in the same process needs Swift's.
package final class Connection: @unchecked Sendable {  // One test uses it, a call at a time.
    package struct Failure: Error, CustomStringConvertible { package let description: String }

    private let socketNumber: Int32
    private var buffer: [UInt8] = []
    package private(set) var isAtEnd = false

    package init(port: Int, timeout: Int = 20) throws {
        socketNumber = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socketNumber >= 0 else { throw Failure(description: "no socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socketNumber, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            close(socketNumber)
            throw Failure(description: "no connection to port \(port)")
        }
        var time = timeval(tv_sec: timeout, tv_usec: 0)
        setsockopt(socketNumber, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(socketNumber) }

    package func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    package func send(_ bytes: [UInt8]) async throws {
        try await Self.onThread { [self] in
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes {
                    Foundation.send(socketNumber, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { throw Failure(description: "cannot send") }
                sent += count
            }
        }
    }

    /// The next response; its body by `Content-Length`.
    package func response(hasBody: Bool = true) async throws -> Response {
        try await Self.onThread { [self] in
            while true {
                let head = try readHead()
                let lines = head.components(separatedBy: "\r\n")
                guard let status = lines.first.flatMap({ Int($0.split(separator: " ").dropFirst().first ?? "") }) else {
                    throw Failure(description: "not a response: \(head)")
                }
                if status == 100 { continue }
                var headers: [String: String] = [:]
                for line in lines.dropFirst() {
                    let parts = line.split(separator: ":", maxSplits: 1)
                    guard parts.count == 2 else { continue }
                    headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
                }
                let body = try hasBody ? read(Int(headers["content-length"] ?? "0") ?? 0) : []
                return Response(status: status, headers: headers, body: body)
            }
        }
    }

    /// The first line of what comes next, which is consumed to its empty line.
    package func line() async throws -> String {
        try await Self.onThread { [self] in try readHead().components(separatedBy: "\r\n").first ?? "" }
    }

    /// Waits until the server closes; whether it did so in time.
    package func isClosed() async throws -> Bool {
        try await Self.onThread { [self] in
            while !isAtEnd { guard fill() else { return isAtEnd } }
            return true
        }
    }

    private func readHead() throws -> String {
        let mark = Array("\r\n\r\n".utf8)
        while true {
            if let range = buffer.firstRange(of: mark) {
                let head = String(decoding: buffer[..<range.lowerBound], as: UTF8.self)
                buffer.removeSubrange(..<range.upperBound)
                return head
            }
            guard fill() else { throw Failure(description: isAtEnd ? "closed" : "no response in time") }
        }
    }

    private func read(_ count: Int) throws -> [UInt8] {
        while buffer.count < count {
            guard fill() else { throw Failure(description: isAtEnd ? "closed within a body" : "no body in time") }
        }
        defer { buffer.removeFirst(count) }
        return Array(buffer.prefix(count))
    }

    private func fill() -> Bool {
        var bytes = [UInt8](repeating: 0, count: 65536)
        var count: Int
        repeat { count = recv(socketNumber, &bytes, bytes.count, 0) } while count < 0 && errno == EINTR
        if count > 0 { buffer += bytes[..<count] }
        if count == 0 || (count < 0 && errno == ECONNRESET) { isAtEnd = true }
        return count > 0
    }

    package static func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value
    {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result(catching: body)) }
        }
    }
}

package struct Response: Sendable {
    package let status: Int
    package let headers: [String: String]
    package let body: [UInt8]
    package var text: String { String(decoding: body, as: UTF8.self) }

    /// The body's JSON.
    package func json() throws -> [String: any Sendable] {
        try JSONSerialization.jsonObject(with: Data(body)) as? [String: any Sendable] ?? [:]
    }
}

/// Sends one request on a connection of its own.
package func request(
    _ method: String = "GET", _ path: String, port: Int, headers: [String: String] = [:], body: [UInt8]? = nil
) async throws -> Response {
    let connection = try Connection(port: port)
    var head = "\(method) \(path) HTTP/1.1\r\nHost: localhost:\(port)\r\nConnection: close\r\n"
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    if let body { head += "Content-Length: \(body.count)\r\n" }
    try await connection.send(Array((head + "\r\n").utf8) + (body ?? []))
    return try await connection.response(hasBody: method != "HEAD")
}
