import Foundation

/// What of MLflow's REST API a run needs, on a port of its own, with moods that servers have.
final class FakeMLflow: @unchecked Sendable {  // Its lock guards what changes.
    enum Mood: Equatable {
        case well
        /// Answers with a status and a text, whatever it is asked.
        case nonsense(Int, String)
        /// Takes requests and says nothing.
        case silent
        /// Does what it is asked, but its answers get lost.
        case deaf
    }

    struct Run {
        var status = "RUNNING"
        var name = ""
        var parameters: [String: String] = [:]
        var tags: [String: String] = [:]
        var metrics: [(key: String, value: String, step: Int)] = []

        func values(_ key: String) -> [Double] {
            metrics.filter { $0.key == key }.sorted { $0.step < $1.step }.compactMap { Double($0.value) }
        }
    }

    let port: Int
    private let listener: Int32
    private let lock = NSLock()
    private var connections: [Int32] = []
    private var state = State()

    struct State {
        var mood = Mood.well
        var artifactRoot = "mlflow-artifacts:/0/"
        var experiments: [String: String] = ["Default": "0"]
        var runs: [String: Run] = [:]
        var files: [String: [UInt8]] = [:]
        var authorizations: Set<String> = []
        /// The largest number of metrics, parameters and tags of one request.
        var largest = (metrics: 0, pairs: 0)
        var requests = 0
    }

    var address: String { "http://127.0.0.1:\(port)" }
    var now: State { lock.withLock { state } }
    func change(_ body: (inout State) -> Void) { lock.withLock { body(&state) } }

    init(port wanted: Int = 0) throws {
        struct Failure: Error {}
        let listening = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(wanted).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listening, $0, size) == 0 && listen(listening, 16) == 0 && getsockname(listening, $0, &size) == 0
            }
        }
        guard isBound else { throw Failure() }
        port = Int(in_port_t(bigEndian: address.sin_port))
        listener = listening
        Thread { [weak self] in
            while true {
                let connection = accept(listening, nil, nil)
                guard connection >= 0, let self else { return }
                self.lock.withLock { self.connections.append(connection) }
                Thread { self.serve(connection) }.start()
            }
        }.start()
    }

    /// Ends as a process that is killed does.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        for connection in lock.withLock({ connections }) { shutdown(connection, Int32(SHUT_RDWR)) }
    }

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        var buffer: [UInt8] = []
        func fill() -> Bool {
            var part = [UInt8](repeating: 0, count: 65536)
            let count = recv(connection, &part, part.count, 0)
            if count > 0 { buffer += part[..<count] }
            return count > 0
        }
        while true {
            let end = Array("\r\n\r\n".utf8)
            var place: Int?
            while true {
                place = buffer.indices.first { buffer[$0...].starts(with: end) }
                if place != nil || !fill() { break }
            }
            guard let place else { return }
            let lines = String(decoding: buffer[..<place], as: UTF8.self).components(separatedBy: "\r\n")
            func header(_ name: String) -> String? {
                lines.first { $0.lowercased().hasPrefix(name + ":") }
                    .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
            }
            let length = header("content-length").flatMap { Int($0) } ?? 0
            buffer.removeFirst(place + 4)
            while buffer.count < length { guard fill() else { return } }
            let body = Array(buffer[..<length])
            buffer.removeFirst(length)
            let words = lines[0].split(separator: " ")
            let mood = now.mood
            change {
                $0.requests += 1
                if let value = header("authorization") { $0.authorizations.insert(value) }
            }
            if mood == .silent {
                while fill() {}
                return
            }
            var (status, answer) = (200, "")
            if case .nonsense(let code, let text) = mood {
                (status, answer) = (code, text)
            } else {
                let result = answered(String(words[0]), String(words[1]), body)
                status = result == nil ? 404 : 200
                answer =
                    (try? JSONSerialization.data(
                        withJSONObject: result ?? ["error_code": "RESOURCE_DOES_NOT_EXIST", "message": "there is none"]))
                    .map { String(decoding: $0, as: UTF8.self) } ?? ""
                // As the real one, which has nothing to say of a file that it has taken.
                if status == 200, words[0] == "PUT" { answer = "" }
            }
            if mood == .deaf { return }
            let text =
                "HTTP/1.1 \(status) OK\r\nContent-Type: application/json\r\nContent-Length: \(answer.utf8.count)\r\n\r\n\(answer)"
            _ = Array(text.utf8).withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        }
    }

    /// What a request brings; nil where there is nothing of the kind.
    private func answered(_ method: String, _ path: String, _ body: [UInt8]) -> Any? {
        let files = "/api/2.0/mlflow-artifacts/artifacts/"
        if method == "PUT", path.hasPrefix(files) {
            change { $0.files[String(path.dropFirst(files.count))] = body }
            return [String: Any]()
        }
        let json = (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
        func pairs(_ name: String) -> [String: String] {
            let list = json[name] as? [[String: Any]] ?? []
            return Dictionary(list.map { ("\($0["key"] ?? "")", "\($0["value"] ?? "")") }) { $1 }
        }
        return lock.withLock { () -> Any? in
            let id = json["run_id"] as? String ?? ""
            let call = path.components(separatedBy: "/mlflow/").last?.components(separatedBy: "?")
            switch call?.first ?? "" {
            case "experiments/get-by-name":
                let name = (call?.last ?? "").components(separatedBy: "=").last?.removingPercentEncoding ?? ""
                return state.experiments[name].map {
                    ["experiment": ["experiment_id": $0, "lifecycle_stage": "active"]]
                }
            case "experiments/create":
                let id = "\(state.experiments.count)"
                state.experiments[json["name"] as? String ?? ""] = id
                return ["experiment_id": id]
            case "runs/search":
                let filter = json["filter"] as? String ?? ""
                let found = state.runs.filter { filter.contains($0.value.tags["ocellus.key"] ?? "?") }
                return ["runs": found.keys.map { info($0) }]
            case "runs/create":
                let id = "run\(state.runs.count)"
                state.runs[id] = Run(name: json["run_name"] as? String ?? "", tags: pairs("tags"))
                return ["run": info(id)]
            case "runs/update":
                guard state.runs[id] != nil else { return nil }
                state.runs[id]?.status = json["status"] as? String ?? ""
                return ["run_info": [String: Any]()]
            case "runs/log-batch":
                guard state.runs[id] != nil else { return nil }
                let metrics = json["metrics"] as? [[String: Any]] ?? []
                state.largest.metrics = max(state.largest.metrics, metrics.count)
                state.largest.pairs = max(state.largest.pairs, pairs("params").count, pairs("tags").count)
                state.runs[id]?.parameters.merge(pairs("params")) { $1 }
                state.runs[id]?.tags.merge(pairs("tags")) { $1 }
                state.runs[id]?.metrics += metrics.map {
                    ("\($0["key"] ?? "")", "\($0["value"] ?? "")", $0["step"] as? Int ?? -1)
                }
                return [String: Any]()
            default: return nil
            }
        }
    }

    private func info(_ id: String) -> [String: Any] {
        ["info": ["run_id": id, "artifact_uri": "\(state.artifactRoot)\(id)/artifacts"]]
    }
}
