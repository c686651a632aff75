import Foundation
import HTTPTestClient
import Logging
import Ocellus
import OcellusServing
import Testing

@Suite struct OperationsTests {
    private static let picture = try? TestModel.picture(7).encodeJPEG()

    @Test func metricsTellRequestsPicturesBatchesAndClasses() async throws {
        let picture = try #require(Self.picture)
        try await withServer { port, _, _ in
            for _ in 0..<3 { _ = try await predict([("file", "x", picture)], port: port) }
            _ = try await predict([("file", "x", [1, 2, 3])], port: port)
            _ = try await request("PURGE", "/nothing/\(UUID())", port: port)
            let text = try await request("GET", "/metrics", port: port).text
            let lines = text.split(separator: "\n")
            #expect(lines.contains(#"ocellus_http_requests_total{method="POST",route="/predict",status="200"} 3"#))
            #expect(lines.contains(#"ocellus_http_requests_total{method="POST",route="/predict",status="415"} 1"#))
            #expect(lines.contains(#"ocellus_http_requests_total{method="other",route="none",status="404"} 1"#))
            #expect(lines.contains(#"ocellus_unreadable_total{model="parts"} 1"#))
            #expect(lines.contains(#"ocellus_batch_size_count{model="parts"} 3"#))
            #expect(
                lines.contains {
                    $0.hasPrefix(#"ocellus_predictions_total{class="a \"quoted\"\nclass",model="parts"}"#)
                })
            let classes = lines.filter { $0.hasPrefix("ocellus_predictions_total{") }
            #expect(
                classes.count == 4 && classes.compactMap { Int($0.split(separator: " ").last ?? "") }.reduce(0, +) == 3)
            #expect(lines.contains("ocellus_queue_length 0.0"))
        }
    }

    @Test func prometheusFindsNothingWrongWithTheMetrics() async throws {
        let promtool = "/usr/bin/promtool"
        guard FileManager.default.isExecutableFile(atPath: promtool) else {
            print("skipped: there is no promtool (Debian's package prometheus) to ask")
            return
        }
        let picture = try #require(Self.picture)
        let folder = try TemporaryFolder()
        try await withServer { port, _, server in
            for bytes in [picture, [1, 2, 3]] { _ = try await predict([("file", "x", bytes)], port: port) }
            await server.reload()
            let text = try await request("GET", "/metrics", port: port).text
            try text.write(toFile: folder("metrics"), atomically: true, encoding: .utf8)
        }
        let (status, said) = try await Connection.onThread {
            let check = Process()
            let output = Pipe()
            check.executableURL = URL(fileURLWithPath: promtool)
            check.arguments = ["check", "metrics"]
            check.standardInput = FileHandle(forReadingAtPath: folder("metrics"))
            check.standardOutput = output
            check.standardError = output
            try check.run()
            let said = output.fileHandleForReading.readDataToEndOfFile()
            check.waitUntilExit()
            return (check.terminationStatus, String(decoding: said, as: UTF8.self))
        }
        #expect(status == 0 && said.isEmpty, "\(said)")
    }

    @Test func itsOpenAPIDocumentNamesWhatThereIs() async throws {
        try await withServer { port, _, _ in
            let document = try await request("GET", "/openapi.json", port: port).json()
            #expect(document["openapi"] as? String == "3.1.0")
            let paths = try #require(document["paths"] as? [String: [String: any Sendable]])
            #expect(paths.count == 14)
            for (path, operations) in paths {
                let own = path.replacingOccurrences(of: "{name}", with: "parts")
                    .replacingOccurrences(of: "{version}", with: "1")
                for (method, operation) in operations {
                    let answer = try await request(method.uppercased(), own, port: port)
                    let responses = try #require(
                        (operation as? [String: any Sendable])?["responses"] as? [String: any Sendable])
                    #expect(responses["\(answer.status)"] != nil, "\(method) \(own): \(answer.status)")
                    #expect(answer.status == (method == "get" ? 200 : 400), "\(method) \(own)")
                }
            }
        }
    }

    @Test func aNewModelIsTakenAndABadOneLeavesTheOldServing() async throws {
        let picture = try #require(Self.picture)
        let log = Lines()
        try await withServer(logger: log.logger(.text)) { port, folder, server in
            let weights = folder("model/weights.safetensors")
            try await Self.truncate(weights)  // what serves reads nothing from it any more
            let before = try await predict([("file", "x", picture)], port: port)
            #expect(before.status == 200)
            await server.reload()
            #expect(log.all.contains { $0.contains("could not be loaded anew") && $0.contains("weights.safetensors") })
            #expect(try await predict([("file", "x", picture)], port: port).text == before.text)
            try FileManager.default.removeItem(atPath: folder("model"))
            await server.reload()
            #expect(try await predict([("file", "x", picture)], port: port).text == before.text)
            try TestModel.make(seed: 2, classes: ["other", "names"]).save(to: folder("model"))
            await server.reload()
            let after = try await predict([("file", "x", picture)], port: port).json()
            #expect(["other", "names"].contains(after["class"] as? String))
            #expect(try await request("GET", "/v2/models/parts", port: port).json()["versions"] as? [String] == ["2"])
        }
    }

    private static func truncate(_ path: String) async throws {
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.truncate(atOffset: 100)
        try file.close()
    }

    @Test func onlyThoseWithAKeyAreServedWhenThereAreKeys() async throws {
        let picture = try #require(Self.picture)
        let folder = try TemporaryFolder()
        func keys(_ text: String) throws -> APIKeys {
            try text.write(toFile: folder("keys"), atomically: true, encoding: .utf8)
            return try APIKeys(contentsOf: folder("keys"))
        }
        for bad in ["", "# none\n\n", "short\n", "has a space in the middle\n"] {
            #expect(throws: HTTPServiceError.self) { try keys(bad) }
        }
        #expect(throws: HTTPServiceError.self) { try APIKeys(contentsOf: folder("missing")) }
        let known = try keys("# ours\n  0123456789abcdef \r\nsecond-key-000000000\n")
        try await withServer(change: { $0.keys = known }) { port, _, _ in
            for headers in [["Authorization": "Bearer 0123456789abcdef"], ["X-API-Key": "second-key-000000000"]] {
                #expect(try await predict([("file", "x", picture)], port: port, headers: headers).status == 200)
            }
            let strangers: [[String: String]] = [
                [:], ["Authorization": "Bearer 0123456789abcdeF"],
                ["Authorization": "Bearer 0123456789abcdef0123456789abcdef"], ["X-API-Key": ""],
                ["Authorization": "Basic 0123456789abcdef"],
            ]
            for headers in strangers {
                let answer = try await predict([("file", "x", picture)], port: port, headers: headers)
                #expect(answer.status == 401 && answer.headers["www-authenticate"] == "Bearer")
            }
            for path in ["/metrics", "/v2", "/v2/models/parts"] {
                #expect(try await request("GET", path, port: port).status == 401)
            }
            for path in ["/healthz", "/readyz", "/openapi.json", "/v2/health/ready"] {
                #expect(try await request("GET", path, port: port).status == 200)
            }
        }
    }

    @Test func logsAreLinesThatNoClientCanForge() async throws {
        let json = Lines()
        try await withServer(logger: json.logger(.json)) { port, _, _ in
            _ = try await request("GET", "/healthz?q=%0aforged", port: port, headers: ["X-Request-Id": "id-1"])
            let connection = try Connection(port: port)
            try await connection.send("GET /a\"b\\c HTTP/1.1\r\nHost: x\r\n\r\n")
            _ = try? await connection.response()
        }
        let lines = try json.all.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: String] }
        let line = try #require(lines.first { $0?["message"] == "request" } ?? nil)
        #expect(line["id"] == "id-1" && line["status"] == "200" && line["path"] == "/healthz")
        #expect(line["level"] == "info" && line["time"]?.hasSuffix("Z") == true)
        let text = Lines()
        text.logger(.text).info("one\ntwo", metadata: ["key": "a \"b\"\nforged"])
        #expect(text.all.count == 1 && text.all[0].split(separator: "\n").count == 1)
        #expect(text.all[0].contains(#"key="a \"b\"\nforged""#))
    }

    @Test func severalModelsAreServedByName() async throws {
        let picture = try #require(Self.picture)
        let folder = try TemporaryFolder()
        try TestModel.make(seed: 1).save(to: folder("one"))
        try TestModel.make(seed: 9, classes: ["x", "y"]).save(to: folder("two"))
        let sources = [try ModelSource("first=\(folder("one"))"), try ModelSource("second=\(folder("two"))")]
        let server = try await ModelServer(
            sources, options: ServingOptions(), backend: CPUBackend(threads: 1), logger: .silent)
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        try await withRunning(server.service { continuation.yield($0) }, ports) { port, _ in
            let first = try await predict([("file", "x", picture)], port: port).json()
            #expect(TestModel.classes.contains(first["class"] as? String ?? ""))
            let second = try await predict([("file", "x", picture)], port: port, query: "?model=second").json()
            #expect(["x", "y"].contains(second["class"] as? String))
        }
        for bad in ["no-folder", "a/b=\(folder("one"))", "=x"] {
            #expect(throws: HTTPServiceError.self) { try ModelSource(bad) }
        }
        await #expect(throws: ModelError.self) {
            _ = try await ModelServer(
                [ModelSource(name: "a", folder: folder("none"))], options: ServingOptions(),
                backend: CPUBackend(threads: 1), logger: .silent)
        }
    }
}
