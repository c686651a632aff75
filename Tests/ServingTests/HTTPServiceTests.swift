import HTTPTestClient
import OcellusServing
import Testing

@Suite struct HTTPServiceTests {
    private static var routes: Routes {
        var routes = Routes()
        routes.on(.get, "/hello/:name") { .text("hello \($0.parameters["name"] ?? "")") }
        routes.on(.post, "/count") { .text("\(try await $0.body().count)") }
        routes.on(.get, "/broken") { _ in throw Broken() }
        return routes
    }
    private struct Broken: Error, CustomStringConvertible { let description = "secret/path" }

    /// Limits that a test need not wait for.
    private static func quick(_ change: (inout HTTPLimits) -> Void = { _ in }) -> HTTPServiceOptions {
        var options = HTTPServiceOptions()
        change(&options.limits)
        return options
    }

    @Test func answersByRouteMethodAndParameter() async throws {
        try await withService(Self.quick(), Self.routes) { port, _ in
            let hello = try await request("GET", "/hello/w%C3%B6rld", port: port)
            #expect(hello.status == 200 && hello.text == "hello wörld")
            let head = try await request("HEAD", "/hello/you", port: port)
            #expect(head.status == 200 && head.headers["content-length"] == "9" && head.body.isEmpty)
            #expect(try await request("GET", "/", port: port).status == 404)
            #expect(try await request("GET", "/hello/a/b", port: port).status == 404)
            #expect(try await request("GET", "/hello/%ZZ", port: port).status == 404)
            let wrong = try await request("DELETE", "/hello/you", port: port)
            #expect(wrong.status == 405 && wrong.headers["allow"] == "GET, HEAD")
            #expect(try wrong.json()["error"] is String)
        }
    }

    @Test func everyResponseGuardsBrowsersAndNamesItsRequest() async throws {
        try await withService(Self.quick(), Self.routes) { port, _ in
            for path in ["/hello/you", "/nothing", "/broken"] {
                let answer = try await request("GET", path, port: port, headers: ["X-Request-Id": "me-7"])
                #expect(answer.headers["x-content-type-options"] == "nosniff")
                #expect(answer.headers["content-security-policy"]?.contains("default-src 'none'") == true)
                #expect(answer.headers["x-request-id"] == "me-7")
                #expect(answer.headers["date"]?.hasSuffix(" GMT") == true)
            }
            let odd = try await request("GET", "/nothing", port: port, headers: ["X-Request-Id": "a b\"c"])
            #expect(odd.headers["x-request-id"]?.count == 16)
        }
    }

    @Test func anUnexpectedErrorTellsTheClientNothing() async throws {
        try await withService(Self.quick(), Self.routes) { port, _ in
            let answer = try await request("GET", "/broken", port: port)
            #expect(answer.status == 500 && !answer.text.contains("secret"))
        }
    }

    @Test func connectionsAreKeptAndRequestsOnThemAnsweredInTurn() async throws {
        try await withService(Self.quick(), Self.routes) { port, _ in
            let connection = try Connection(port: port)
            try await connection.send(
                "GET /hello/a HTTP/1.1\r\nHost: x\r\n\r\nGET /hello/b HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await connection.response().text == "hello a")
            #expect(try await connection.response().text == "hello b")
            try await connection.send("GET /hello/c HTTP/1.0\r\n\r\n")
            #expect(try await connection.response().text == "hello c")
            #expect(try await connection.isClosed())
        }
    }

    @Test func largeBodiesThatFillTheMemoryForThemLeaveRoomForSmallOnes() async throws {
        let options = Self.quick {
            $0.bodyBytes = 16 << 20
            $0.bodyBytesInAll = 24 << 20
            $0.bodyTime = .seconds(20)
        }
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let service = HTTPService(
            options, routes: Self.routes, logger: .silent, onListening: { continuation.yield($0) })
        try await withRunning(service, ports) { port, _ in
            // Two that do not end hold 20.5 MiB of 24; a third would go beyond the 21 that are for large ones.
            var open: [Connection] = []
            for _ in 0..<2 {
                let large = try Connection(port: port)
                try await large.send("POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: \(16 << 20)\r\n\r\n")
                try await large.send(Array(repeating: 7, count: 41 << 18))
                open.append(large)
            }
            // Before all of theirs has been read, it might be one of them that is refused.
            for _ in 0..<2000 where service.bodyByteCount < 41 << 19 { try await Task.sleep(for: .milliseconds(10)) }
            #expect(service.bodyByteCount == 41 << 19)
            var refused: Response?
            for _ in 0..<200 where refused?.status != 503 {
                let third = try Connection(port: port)
                try await third.send("POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: \(5 << 18)\r\n\r\n")
                // The answer comes, and the connection is closed, before all is sent.
                try? await third.send([UInt8](repeating: 7, count: 5 << 18))
                refused = try? await third.response()
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(refused?.status == 503 && refused?.headers["retry-after"] == "1")
            let small = try await request("POST", "/count", port: port, body: Array(repeating: 7, count: 100_000))
            #expect(small.status == 200)
            open.removeAll()
        }
    }

    @Test func aBodyBeyondTheLimitIsRefusedBeforeItIsRead() async throws {
        try await withService(Self.quick { $0.bodyBytes = 1000 }, Self.routes) { port, _ in
            let fits = try await request("POST", "/count", port: port, body: Array(repeating: 7, count: 1000))
            #expect(fits.text == "1000")
            let announced = try Connection(port: port)
            try await announced.send("POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n")
            #expect(try await announced.response().status == 413)
            #expect(try await announced.isClosed())
            let chunked = try Connection(port: port)
            let chunk = "1f4\r\n" + String(repeating: "x", count: 500) + "\r\n"
            try await chunked.send(
                "POST /count HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk + chunk)
            #expect(try await chunked.response().status == 413)
        }
    }

    @Test func aClientThatWaitsToHearThatItsBodyIsWantedHearsIt() async throws {
        try await withService(Self.quick(), Self.routes) { port, _ in
            let connection = try Connection(port: port)
            try await connection.send(
                "POST /count HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
            #expect(try await connection.line() == "HTTP/1.1 100 Continue")
            try await connection.send("abc")
            #expect(try await connection.response().text == "3")
        }
    }

    @Test func slowClientsAreCutOff() async throws {
        let options = Self.quick {
            $0.headerTime = .milliseconds(200)
            $0.bodyTime = .milliseconds(200)
            $0.idleTime = .milliseconds(300)
        }
        try await withService(options, Self.routes) { port, _ in
            let silent = try Connection(port: port)
            let slowHeader = try Connection(port: port)
            try await slowHeader.send("GET /hello/a HTTP/1.1\r\nX-Slow: ")
            let slowBody = try Connection(port: port)
            try await slowBody.send("POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
            let idle = try Connection(port: port)
            try await idle.send("GET /hello/a HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await idle.response().status == 200)
            #expect(try await silent.isClosed())
            #expect(try await slowHeader.isClosed())
            #expect(try await slowBody.response().status == 408)
            #expect(try await slowBody.isClosed())
            #expect(try await idle.isClosed())
            #expect(try await request("GET", "/hello/a", port: port).status == 200)
        }
    }

    @Test func whatIsNotHTTPIsRefused() async throws {
        try await withService(Self.quick(), Self.routes) { port, _ in
            for text in [
                "\u{16}\u{3}\u{1} hello\r\n\r\n", "GET / HTTP/1.1\r\nX: " + String(repeating: "y", count: 20_000),
            ] {
                let connection = try Connection(port: port)
                try await connection.send(text)
                #expect(try await connection.response().status == 400)
                #expect(try await connection.isClosed())
            }
        }
    }

    @Test func aStopFinishesWhatIsInFlightAndWaitsForNoOneBeyondTheDeadline() async throws {
        let options = Self.quick { $0.stopTime = .milliseconds(2500) }
        var routes = Self.routes
        routes.on(.get, "/slow") { _ in
            // Long enough for the stop to come first on a machine that is busy.
            try await Task.sleep(for: .milliseconds(1500))
            return .text("done")
        }
        let start = ContinuousClock.now
        try await withService(options, routes) { port, stop in
            let idle = try Connection(port: port)
            try await idle.send("GET /hello/a HTTP/1.1\r\nHost: x\r\n\r\n")
            _ = try await idle.response()
            let busy = try Connection(port: port)
            try await busy.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
            let stalled = try Connection(port: port)
            try await stalled.send("POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
            try await Task.sleep(for: .milliseconds(100))
            await stop()
            let answer = try await busy.response()
            #expect(answer.text == "done" && answer.headers["connection"] == "close")
            #expect(try await idle.isClosed())
            #expect(throws: Connection.Failure.self) { try Connection(port: port) }
            #expect(try await stalled.response().status == 408)
        }
        #expect(ContinuousClock.now - start < .seconds(8))
    }

    @Test func aServiceForItsOwnPagesRefusesOtherSites() async throws {
        var options = Self.quick()
        options.isForOwnPagesOnly = true
        try await withService(options, Self.routes) { port, _ in
            #expect(try await request("GET", "/hello/a", port: port).status == 200)
            let own = try await request("GET", "/hello/a", port: port, headers: ["Origin": "http://localhost:\(port)"])
            #expect(own.status == 200)
            let other = try await request("GET", "/hello/a", port: port, headers: ["Origin": "http://example.com"])
            #expect(other.status == 403)
            let rebound = try Connection(port: port)
            try await rebound.send("GET /hello/a HTTP/1.1\r\nHost: example.com\r\n\r\n")
            #expect(try await rebound.response().status == 403)
        }
    }

    @Test func aPortThatIsTakenIsNamed() async throws {
        try await withService(Self.quick(), Self.routes) { port, _ in
            let second = HTTPService(
                HTTPServiceOptions(host: "127.0.0.1", port: port), routes: Self.routes, logger: .silent)
            let error = await #expect(throws: HTTPServiceError.self) { try await second.run() }
            #expect(error?.description.contains("127.0.0.1:\(port)") == true)
        }
    }
}
