import AsyncHTTPClient
import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Requests to an MLflow server's REST API, one at a time. Each has a deadline; the calls wait, so they are for a thread that may.
final class MLflowClient: Sendable {
    private let server: MLflowServer
    private let http: HTTPClient
    private let group: MultiThreadedEventLoopGroup
    private let state = NIOLockedValueBox(State())

    private struct State {
        var isCancelled = false
        var request: HTTPClient.Task<HTTPClient.Response>?
    }

    /// - Throws: `MLflowError` when the certificates cannot be read.
    init(_ server: MLflowServer) throws {
        self.server = server
        var tls = TLSConfiguration.makeClientConfiguration()
        if server.trustsAnyCertificate { tls.certificateVerification = .none }
        if let file = server.certificateFile {
            guard FileManager.default.isReadableFile(atPath: file) else {
                throw MLflowError("the certificates \(file) cannot be read (MLFLOW_TRACKING_SERVER_CERT_PATH)")
            }
            tls.trustRoots = .file(file)
        }
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        http = HTTPClient(
            eventLoopGroupProvider: .shared(group),
            configuration: HTTPClient.Configuration(
                tlsConfiguration: tls, timeout: HTTPClient.Configuration.Timeout(connect: .seconds(5))))
    }

    /// Ends its connections and threads. Nothing may be asked afterwards.
    func close() {
        try? http.syncShutdown()
        try? group.syncShutdownGracefully()
    }

    /// Ends the request under way, and refuses others. From any thread.
    func cancel() {
        state.withLockedValue { state in
            state.isCancelled = true
            return state.request
        }?.cancel()
    }

    func get(_ method: String, _ query: [String: String]) throws -> JSONValue {
        var parts = URLComponents()
        parts.queryItems = query.map { URLQueryItem(name: $0, value: $1) }
        // A plus is a blank to servers, and URLComponents leaves it.
        let text = (parts.percentEncodedQuery ?? "").replacingOccurrences(of: "+", with: "%2B")
        return try ask(.GET, url(method) + "?" + text, nil, seconds: 30)
    }

    @discardableResult
    func post(_ method: String, _ body: JSONValue) throws -> JSONValue {
        let bytes = try JSONEncoder().encode(body)
        return try ask(.POST, url(method), .data(bytes), seconds: 30)
    }

    /// Sends a file as it is.
    func put(_ path: String, to url: String) throws {
        let file = try UploadedFile(path)
        let body = HTTPClient.Body.stream(contentLength: Int64(file.count)) { writer in
            // One part after the other, so that a large file is never in memory as a whole.
            @Sendable func send(from start: Int) -> EventLoopFuture<Void> {
                do {
                    let part = try file.part(from: start)
                    let sent = writer.write(.byteBuffer(part))
                    let end = start + part.readableBytes
                    return end == file.count ? sent : sent.flatMap { send(from: end) }
                } catch {
                    return writer.write(.byteBuffer(ByteBuffer())).flatMapThrowing { throw error }
                }
            }
            return send(from: 0)
        }
        try ask(.PUT, url, body, type: "application/octet-stream", seconds: 30 + Int64(file.count >> 18))
    }

    private func url(_ method: String) -> String { "\(server.address)/api/2.0/mlflow/\(method)" }

    @discardableResult
    private func ask(
        _ method: HTTPMethod, _ url: String, _ body: HTTPClient.Body?, type: String = "application/json",
        seconds: Int64
    ) throws -> JSONValue {
        var headers: HTTPHeaders = ["Accept": "application/json", "User-Agent": "ocellus"]
        if let authorization = server.authorization { headers.add(name: "Authorization", value: authorization) }
        if body != nil { headers.add(name: "Content-Type", value: type) }
        let response: HTTPClient.Response
        do {
            let request = try HTTPClient.Request(url: url, method: method, headers: headers, body: body)
            let task = http.execute(
                request: request, delegate: ResponseAccumulator(request: request, maxBodySize: 16 << 20),
                deadline: .now() + .seconds(seconds))
            let isCancelled = state.withLockedValue { state in
                state.request = task
                return state.isCancelled
            }
            if isCancelled { task.cancel() }
            defer { state.withLockedValue { $0.request = nil } }
            response = try task.wait()
        } catch {
            throw MLflowError("\(server.address) does not answer: \(Self.reason(error))")
        }
        // The server says nothing when it has taken a file.
        if method == .PUT, response.status == .ok, (response.body?.readableBytes ?? 0) == 0 { return .object([:]) }
        return try answer(response)
    }

    private func answer(_ response: HTTPClient.Response) throws -> JSONValue {
        let body = response.body.map { Data($0.readableBytesView) } ?? Data()
        let json = try? JSONDecoder().decode(JSONValue.self, from: body)
        if response.status == .ok, let json, case .object = json { return json }
        let said = json?["message"]?.text ?? String(decoding: body.prefix(200), as: UTF8.self)
        let advice =
            switch response.status {
            case .unauthorized, .forbidden:
                " (the environment's MLFLOW_TRACKING_TOKEN, or …_USERNAME and …_PASSWORD, log in)"
            case .ok: "; is it the address of an MLflow server?"
            default: ""
            }
        throw MLflowError(
            "\(server.address) answers \(response.status.code), \(said.split(whereSeparator: \.isWhitespace).joined(separator: " "))\(advice)",
            code: json?["error_code"]?.text)
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as HTTPClientError where [.connectTimeout, .readTimeout, .deadlineExceeded].contains(error):
            "it takes too long"
        case let error as HTTPClientError where error == .cancelled: "it was not waited for"
        case let error as IOError: String(cString: strerror(error.errnoCode))
        // One for each of the host's addresses.
        case let error as NIOConnectionError where !error.connectionErrors.isEmpty:
            reason(error.connectionErrors[0].error)
        default: "\(error)"
        }
    }
}

/// A file that is read part by part.
private final class UploadedFile: Sendable {
    let count: Int
    private let path: String
    private let descriptor: Int32

    init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw MLflowError("\(path) cannot be read") }
        count = Int(lseek(descriptor, 0, SEEK_END))
    }

    deinit { close(descriptor) }

    func part(from start: Int) throws -> ByteBuffer {
        let wanted = min(256 << 10, count - start)
        var part = ByteBufferAllocator().buffer(capacity: max(wanted, 1))
        let read = part.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { memory in
            max(0, pread(descriptor, memory.baseAddress, wanted, off_t(start)))
        }
        // A file that became shorter would leave the server waiting for the rest.
        guard read == wanted else { throw MLflowError("\(path) changed while it was sent") }
        return part
    }
}
