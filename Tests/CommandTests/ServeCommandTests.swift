import Foundation
import HTTPTestClient
import Testing

@Suite("ocellus serve", .serialized)
struct ServeCommandTests {
    private let folder: TemporaryFolder
    private let picture: [UInt8]

    init() throws {
        folder = try TemporaryFolder()
        try Command.run("demo-data", folder("parts"), "--images", "10", "--size", "48", in: folder)
        let trained = try Command.run(
            "train", folder("parts"), "--output", folder("run"), "--size", "32", "--epochs", "1", "--device", "cpu",
            in: folder)
        try #require(trained.code == 0, "\(trained.errors)")
        let first = try #require(FileManager.default.contentsOfDirectory(atPath: folder("parts/bolts")).sorted().first)
        picture = Array(try Data(contentsOf: URL(fileURLWithPath: folder("parts/bolts/" + first))))
    }

    private var model: String { folder("run/model") }

    /// Serves for as long as `body` takes; then SIGTERM.
    /// - Returns: the exit code, and what was logged.
    private func serve(
        _ arguments: String..., body: (_ port: Int, _ process: Process) async throws -> Void
    ) async throws -> (code: Int32, log: String) {
        let (process, _, errors) = try Command.start(["serve"] + arguments + ["--port", "0"], in: folder)
        defer { if process.isRunning { process.terminate() } }
        var port: Int?
        for _ in 0..<1000 where port == nil && process.isRunning {
            try await Task.sleep(for: .milliseconds(10))
            port = try Self.port(in: String(contentsOfFile: errors, encoding: .utf8))
        }
        let log = try String(contentsOfFile: errors, encoding: .utf8)
        try await body(try #require(port, "\(log)"), process)
        process.terminate()
        for _ in 0..<1000 where process.isRunning { try await Task.sleep(for: .milliseconds(10)) }
        try #require(!process.isRunning)
        return (process.terminationStatus, try String(contentsOfFile: errors, encoding: .utf8))
    }

    private static func port(in log: String) -> Int? {
        guard let range = log.range(of: "://127.0.0.1:") else { return nil }
        return Int(log[range.upperBound...].prefix { $0.isNumber })
    }

    @Test("answers as predict does, and ends well on SIGTERM while a client stalls")
    func servesAndStops() async throws {
        let predicted = try Command.run("predict", model, folder("parts/bolts"), "--json", in: folder)
        #expect(predicted.code == 1)  // a folder is no picture
        try Data(picture).write(to: URL(fileURLWithPath: folder("one.jpg")))
        let expected = try Command.run("predict", model, folder("one.jpg"), "--json", in: folder)
        let (code, log) = try await serve(model, "--stop-timeout", "0.5") { port, _ in
            let answer = try await predict([("file", "x", picture)], port: port).json()
            let line = try #require(expected.lines.first)
            let told = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(answer["class"] as? String == told["class"] as? String)
            #expect(answer["confidence"] as? Double == told["confidence"] as? Double)
            let stalled = try Connection(port: port)
            try await stalled.send(
                "POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: image/jpeg\r\n"
                    + "Content-Length: 10\r\n\r\nabc")
        }
        #expect(code == 0, "\(log)")
        #expect(log.contains("listening") && log.contains("path=/predict") && log.contains("status=200"))
    }

    @Test("takes keys, limits, names, rejection and a folder for review")
    func options() async throws {
        try "a-key-of-sixteen\n".write(toFile: folder("keys"), atomically: true, encoding: .utf8)
        let key = ["X-API-Key": "a-key-of-sixteen"]
        let (code, log) = try await serve(
            "--model", "a=\(model)", "--model", "b=\(model)", "--api-key-file", folder("keys"), "--log-format", "json",
            "--log-level", "notice", "--reject-below", "1", "--review-folder", folder("review"), "--review-limit", "5",
            "--max-body", "20KB", "--max-pixels", "3000", "--max-batch", "4", "--max-delay", "1", "--queue", "8",
            "--max-connections", "50", "--header-timeout", "1", "--body-timeout", "0.3", "--idle-timeout", "0.3"
        ) { port, process in
            #expect(try await predict([("file", "x", picture)], port: port).status == 401)
            let answer = try await predict([("file", "x", picture)], port: port, query: "?model=b", headers: key)
            #expect(answer.status == 200 && answer.text.contains(#""class":null"#))
            let large = try await predict(
                [("file", "x", Array(repeating: 0, count: 30_000))], port: port, headers: key)
            #expect(large.status == 413)
            let nine = (0..<9).map { (name: "file", filename: String?("\($0)"), bytes: Array("x".utf8)) }
            #expect(try await predict(nine, port: port, headers: key).status == 413)
            let slow = try Connection(port: port)
            try await slow.send(
                "POST /predict HTTP/1.1\r\nHost: x\r\nX-API-Key: a-key-of-sixteen\r\nContent-Type: image/jpeg\r\n"
                    + "Content-Length: 10\r\n\r\nabc")
            #expect(try await slow.response().status == 408)
            kill(process.processIdentifier, SIGHUP)
            var versions: [String]?
            for _ in 0..<300 where versions != ["2"] {
                try await Task.sleep(for: .milliseconds(10))
                versions =
                    try await request("GET", "/v2/models/b", port: port, headers: key).json()["versions"] as? [String]
            }
            #expect(versions == ["2"])
        }
        #expect(code == 0)
        #expect(log.split(separator: "\n").allSatisfy { $0.hasPrefix("{\"time\":") && $0.hasSuffix("}") })
        #expect(!log.contains("\"message\":\"request\"") && log.contains("a model was loaded anew"))
        let manifest = try String(contentsOfFile: folder("review/review.csv"), encoding: .utf8)
        #expect(manifest.split(separator: "\n").count == 2)
    }

    @Test("takes a folder that is renamed into the model's place, unless it is bad, and answers meanwhile")
    func replacement() async throws {
        let files = FileManager.default
        func copy(_ name: String, change: (String) throws -> Void) throws {
            try files.copyItem(atPath: model, toPath: folder(name))
            try change(folder(name))
        }
        try copy("live") { _ in }
        try copy("new") {
            let json = try String(contentsOfFile: $0 + "/model.json", encoding: .utf8)
            try json.replacingOccurrences(of: "\"bolts\"", with: "\"screws\"").write(
                toFile: $0 + "/model.json", atomically: true, encoding: .utf8)
        }
        try copy("bad") {
            let weights = try #require(FileHandle(forWritingAtPath: $0 + "/weights.safetensors"))
            try weights.truncate(atOffset: 1000)
        }
        /// As `mv live old && mv name live` does it.
        func put(_ name: String) throws {
            try files.moveItem(atPath: folder("live"), toPath: folder("before-\(name)"))
            try files.moveItem(atPath: folder(name), toPath: folder("live"))
        }
        let (code, log) = try await serve(folder("live")) { port, _ in
            func classes() async throws -> [String]? {
                try await request("GET", "/v2/models/default", port: port).json()["classes"] as? [String]
            }
            func answersMeanwhile(until isSo: () async throws -> Bool) async throws -> Bool {
                for _ in 0..<400 {
                    #expect(try await predict([("file", "x", picture)], port: port).status == 200)
                    if try await isSo() { return true }
                    try await Task.sleep(for: .milliseconds(50))
                }
                return false
            }
            #expect(try await classes() == ["bolts", "nuts", "washers"])
            try put("new")
            #expect(try await answersMeanwhile { try await classes() == ["screws", "nuts", "washers"] })
            try put("bad")
            #expect(
                try await answersMeanwhile {
                    try await request("GET", "/metrics", port: port).text
                        .contains(#"ocellus_model_loads_total{model="default",result="failed"} 1"#)
                })
            #expect(try await classes() == ["screws", "nuts", "washers"])
            try put("before-new")
            #expect(try await answersMeanwhile { try await classes() == ["bolts", "nuts", "washers"] })
        }
        #expect(code == 0)
        #expect(log.contains("could not be loaded anew") && log.contains("weights.safetensors"))
    }

    @Test("speaks TLS, and says which file is wrong")
    func tls() async throws {
        let openssl = "/usr/bin/openssl"
        guard FileManager.default.isExecutableFile(atPath: openssl),
            FileManager.default.isExecutableFile(atPath: "/usr/bin/curl")
        else {
            print("skipped: there is no openssl and curl to try TLS with")
            return
        }
        let (certificate, key) = (folder("cert.pem"), folder("key.pem"))
        let made = Process()
        made.executableURL = URL(fileURLWithPath: openssl)
        made.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out",
            certificate,
        ]
        made.standardError = FileHandle.nullDevice
        try made.run()
        made.waitUntilExit()
        try #require(made.terminationStatus == 0)
        let (code, _) = try await serve(model, "--tls-certificate", certificate, "--tls-key", key) { port, _ in
            let answer = folder("answer")
            let status = try await Connection.onThread {
                let curl = Process()
                curl.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
                curl.arguments = [
                    "-s", "-D", answer, "--max-time", "20", "--cacert", certificate,
                    "https://localhost:\(port)/healthz",
                    "--resolve", "localhost:\(port):127.0.0.1",
                ]
                curl.standardOutput = FileHandle.nullDevice
                try curl.run()
                curl.waitUntilExit()
                return curl.terminationStatus
            }
            #expect(status == 0)
            let head = try String(contentsOfFile: answer, encoding: .utf8)
            #expect(head.contains("200 OK") && head.lowercased().contains("strict-transport-security"))
        }
        #expect(code == 0)
        let swapped = try Command.run("serve", model, "--tls-certificate", key, "--tls-key", certificate, in: folder)
        #expect(swapped.code == 1 && swapped.errors.contains("key.pem"))
    }

    @Test("says what is wrong with the model, the port or an option, and listens to nobody")
    func refusals() throws {
        for (arguments, code, words) in [
            ([], 64, "model"), ([folder("none")], 1, "there is no such folder"),
            ([model, "--port", "70000"], 64, "--port"),
            ([model, "--tls-key", "x"], 64, "--tls-certificate"), (["--model", "noname"], 1, "NAME=FOLDER"),
            ([model, "--reject-below", "2"], 64, "--reject-below"),
            ([model, "--review-folder", "x"], 64, "--reject-below"),
            ([model, "--max-batch", "0"], 64, "--max-batch"), ([model, "--max-delay", "-1"], 64, "--max-delay"),
            ([model, "--queue", "0"], 64, "--queue"), ([model, "--max-pixels", "0"], 64, "--max-pixels"),
            ([model, "--body-timeout", "0"], 64, "--body-timeout"),
            ([model, "--max-connections", "0"], 64, "--max-connections"),
            ([model, "--log-format", "xml"], 64, "--log-format"), ([model, "--api-key-file", "/none"], 1, "/none"),
            ([model, "--host", "256.0.0.1"], 1, "256.0.0.1"), ([model, "--review-limit", "0"], 64, "--review-limit"),
        ] as [([String], Int32, String)] {
            let (process, _, errors) = try Command.start(["serve"] + arguments, in: folder)
            for _ in 0..<2000 where process.isRunning { usleep(10_000) }
            #expect(!process.isRunning, "\(arguments)")
            if process.isRunning { process.terminate() }
            process.waitUntilExit()
            let text = try String(contentsOfFile: errors, encoding: .utf8)
            #expect(
                process.terminationStatus == code && text.contains(words),
                "\(arguments): \(process.terminationStatus) \(text)")
        }
    }
}
