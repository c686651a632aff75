import Foundation
import Logging
import Ocellus
import OcellusLabelling
import Testing

/// A labelling's server in this process, for as long as `body` takes.
private func withServer(
    _ labelling: Labelling, _ body: @Sendable (_ port: Int) async throws -> Void
) async throws {
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let server = LabellingServer(labelling, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await server.run { continuation.yield($0) } }
        var iterator = ports.makeAsyncIterator()
        let port = try #require(await iterator.next())
        try await body(port)
        tasks.cancelAll()
    }
}

/// What curl brings: it can send what a browser would not.
private struct Answer {
    let status: Int
    let headers: String
    let body: Data

    init(_ path: String, port: Int, _ options: String...) throws {
        let file = FileManager.default.temporaryDirectory.path + "/ocellus-answer-\(UUID().uuidString)"
        defer { for end in ["", ".head"] { try? FileManager.default.removeItem(atPath: file + end) } }
        let curl = Process()
        curl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        curl.arguments =
            ["curl", "--silent", "--max-time", "30", "--path-as-is", "--dump-header", file + ".head", "--output", file]
            + options
            + ["http://127.0.0.1:\(port)\(path)"]
        try curl.run()
        curl.waitUntilExit()
        headers = try String(contentsOfFile: file + ".head", encoding: .utf8)
        status = Int(headers.split(separator: " ").dropFirst().first ?? "") ?? 0
        body = (try? Data(contentsOf: URL(fileURLWithPath: file))) ?? Data()
    }

    func json() throws -> [String: Any] { try JSONSerialization.jsonObject(with: body) as? [String: Any] ?? [:] }
}

@Suite("The server of the page for labelling", .serialized)
struct LabellingServerTests {
    let folder: TemporaryPictures
    let labelling: Labelling

    init() throws {
        folder = try TemporaryPictures(3, broken: "a.jpg")
        labelling = try Labelling(folder.settings)
    }

    private func session(_ port: Int) throws -> String {
        try #require(try Answer("/api/session", port: port).json()["session"] as? String)
    }

    private let asJSON = "Content-Type: application/json"

    @Test("sends a page that may load from itself alone, and be framed by none")
    func page() async throws {
        try await withServer(labelling) { port in
            let page = try Answer("/", port: port)
            #expect(page.status == 200 && page.headers.contains("text/html"))
            let policy = page.headers.lowercased()
            for part in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"] {
                #expect(policy.contains(part))
            }
            #expect(!policy.contains("unsafe"))
            let text = String(decoding: page.body, as: UTF8.self)
            #expect(
                !text.contains("http://") && !text.contains("https://") && !text.contains("style=")
                    && !text.contains("onclick"))
            for file in ["label.css", "label.js", "base.css", "icon.svg"] {
                #expect(try Answer("/" + file, port: port).status == 200, "\(file)")
            }
            #expect(try Answer("/classify.js", port: port).status == 404)
        }
    }

    @Test("takes labels, and says what is wrong with those that it cannot take")
    func marks() async throws {
        try await withServer(labelling) { port in
            let session = try session(port)
            func post(_ path: String, _ body: String, _ type: String = asJSON) throws -> Answer {
                try Answer(path, port: port, "--data", body, "--header", type)
            }
            let start = "{\"session\": \"\(session)\", \"tab\": \"t\", "
            let one = try post("/api/marks", start + "\"pictures\": [{\"id\": 1, \"version\": 0}], \"class\": 1}")
            #expect(one.status == 200)
            #expect(folder.labels == "file,class,part\nin/p0.png,light,\n")
            let other = try post("/api/marks", start + "\"pictures\": [{\"id\": 1, \"version\": 0}], \"class\": 0}")
            #expect((try other.json()["refused"] as? [[String: Any]])?.first?["label"] as? Int == 1)
            #expect(try post("/api/undo", start + "\"x\": 0}").status == 200)
            #expect(try post("/api/undo", start + "\"x\": 0}").status == 409)
            #expect(folder.labels == "file,class,part\n")
            #expect(try post("/api/training", start + "\"x\": 0}").status == 400, "there is no model")
            for body in ["", "[]", "{", start + "\"pictures\": 1}", "{\"tab\": \"t\"}"] {
                #expect(try post("/api/marks", body).status == 400, "\(body)")
            }
            #expect(
                try post("/api/marks", start + "\"pictures\": [{\"id\": 9, \"version\": 0}], \"class\": 0}").status
                    == 400)
            #expect(
                try post("/api/marks", start + "\"pictures\": [{\"id\": 1, \"version\": 0}], \"class\": 7}").status
                    == 400)
            #expect(try post("/api/marks", "{\"session\": \"old\", \"tab\": \"t\"}").status == 410)
        }
    }

    @Test("gives pictures by number alone, made anew of their pixels")
    func pictures() async throws {
        try await withServer(labelling) { port in
            let session = try session(port)
            let picture = try Answer("/pictures/\(session)/1?side=32", port: port)
            #expect(picture.status == 200 && picture.headers.contains("image/jpeg"))
            let image = try RGBImage.decode(Array(picture.body), name: "answer")
            #expect((image.width, image.height) == (32, 24))
            let broken = try Answer("/pictures/\(session)/0", port: port)
            let error = try broken.json()["error"] as? String
            #expect(broken.status == 422 && error?.contains("a.jpg is not a picture") == true)
            for path in ["..%2F..%2Flabels.csv", "../../labels.csv", "p0.png", "-1", "99", "%2Fetc%2Fpasswd", "1%00"] {
                #expect([400, 404].contains(try Answer("/pictures/\(session)/\(path)", port: port).status), "\(path)")
            }
            #expect(try Answer("/pictures/old/1", port: port).status == 410)
            #expect(try Answer("/labels.csv", port: port).status == 404)
        }
    }

    @Test("refuses other sites' pages, other names and forms")
    func strangers() async throws {
        try await withServer(labelling) { port in
            let session = try session(port)
            let body =
                "{\"session\": \"\(session)\", \"tab\": \"t\", \"pictures\": [{\"id\": 1, \"version\": 0}], \"class\": 1}"
            let cases = [
                ["--header", "Host: rebound.example:\(port)"],
                ["--header", "Origin: http://rebound.example"],
                ["--header", "Origin: http://127.0.0.1:1"],
                ["--header", "Origin: null"],
            ]
            for options in cases {
                let answer = try Answer(
                    "/api/marks", port: port, "--data", body, "--header", asJSON, options[0], options[1])
                #expect(answer.status == 403, "\(options)")
            }
            #expect(try Answer("/api/session", port: port, "--header", "Host: rebound.example").status == 403)
            let form = try Answer("/api/marks", port: port, "--data", body, "--header", "Content-Type: text/plain")
            #expect(form.status == 415)
            #expect(folder.labels == "file,class,part\n")
            let own = try Answer(
                "/api/marks", port: port, "--data", body, "--header", asJSON, "--header",
                "Origin: http://127.0.0.1:\(port)")
            #expect(own.status == 200)
        }
    }
}
