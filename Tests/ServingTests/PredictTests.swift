import Foundation
import HTTPTestClient
import Ocellus
import OcellusServing
import Testing

@Suite struct PredictTests {
    private static let jpeg = try? TestModel.picture(3).encodeJPEG()
    private static func expected(_ bytes: [UInt8], top: Int = 1) throws -> Prediction {
        let predictor = try Predictor(TestModel.make(), backend: CPUBackend(threads: 2))
        return try predictor.predict(RGBImage.decode(bytes, name: "x"), top: top)
    }

    @Test func answersAsTheGuidesServiceDoesAndAsPredictSays() async throws {
        let jpeg = try #require(Self.jpeg)
        let expected = try Self.expected(jpeg)
        try await withServer { port, _, _ in
            let answer = try await predict([("file", "a.jpg", jpeg)], port: port)
            #expect(answer.status == 200 && answer.headers["content-type"] == "application/json")
            let json = try answer.json()
            #expect(Set(json.keys) == ["class", "confidence"])
            #expect(json["class"] as? String == expected.name)
            #expect((json["confidence"] as? Double).map { Float($0) } == expected.confidence)
            for (parts, error) in [
                ([("other", "a.jpg", jpeg)], "No file part"), ([("file", nil, jpeg)], "No file part"),
                ([], "No file part"), ([("file", "", [])], "No selected file"),
            ] as [([(name: String, filename: String?, bytes: [UInt8])], String)] {
                let answer = try await predict(parts, port: port)
                #expect(answer.status == 400)
                #expect(try answer.json()["error"] as? String == error)
            }
            let bare = try await request("POST", "/predict", port: port)
            #expect(bare.status == 400 && bare.text.contains("No file part"))
        }
    }

    @Test func takesAPictureAsTheBodyAndAsBase64() async throws {
        let png = try TestModel.picture(5).encodePNG()
        let expected = try Self.expected(png)
        let text = Data(png).base64EncodedString()
        try await withServer { port, _, _ in
            let raw = try await request(
                "POST", "/predict", port: port, headers: ["Content-Type": "image/png"], body: png)
            #expect(try raw.json()["class"] as? String == expected.name)
            for image in [text, "data:image/png;base64," + text] {
                let answer = try await request(
                    "POST", "/predict", port: port, headers: ["Content-Type": "application/json"],
                    body: Array("{\"image\": \"\(image)\"}".utf8))
                #expect(try answer.json()["class"] as? String == expected.name)
            }
            let several = try await request(
                "POST", "/predict", port: port, headers: ["Content-Type": "application/json"],
                body: Array("{\"images\": [\"\(text)\", \"AAAA\"]}".utf8))
            let list = try #require(try several.json()["predictions"] as? [[String: any Sendable]])
            #expect(list.count == 2 && list[0]["class"] as? String == expected.name && list[1]["error"] is String)
            for body in ["{}", "[]", "{\"image\": 7}", "{\"image\": \"???\"}", "{\"images\": []}", "{", ""] {
                let answer = try await request(
                    "POST", "/predict", port: port, headers: ["Content-Type": "application/json"],
                    body: Array(body.utf8))
                #expect(answer.status == 400, "\(body)")
            }
        }
    }

    @Test func namesTheLikeliestClassesAndTakesSeveralFiles() async throws {
        let pictures = try (0..<5).map { try TestModel.picture($0).encodeJPEG() }
        let expected = try pictures.map { try Self.expected($0, top: 3) }
        try await withServer { port, _, _ in
            let one = try await predict([("file", "a.jpg", pictures[0])], port: port, query: "?top=3")
            let top = try #require(try one.json()["top"] as? [[String: any Sendable]])
            #expect(top.compactMap { $0["class"] as? String } == expected[0].top.map(\.name))
            let all = try await predict([("file", "a.jpg", pictures[0])], port: port, query: "?top=99")
            #expect((try all.json()["top"] as? [Any])?.count == TestModel.classes.count)
            for query in ["?top=0", "?top=-1", "?top=x", "?top="] {
                #expect(try await predict([("file", "a.jpg", pictures[0])], port: port, query: query).status == 400)
            }
            let parts = pictures.enumerated().map { (name: "file", filename: String?("\($0).jpg"), bytes: $1) }
            let several = try await predict(parts + [("file", "bad.txt", Array("hello".utf8))], port: port)
            #expect(several.status == 200)
            let list = try #require(try several.json()["predictions"] as? [[String: any Sendable]])
            #expect(list.count == 6)
            #expect(list.prefix(5).compactMap { $0["class"] as? String } == expected.map(\.name))
            #expect(list[5]["filename"] as? String == "bad.txt" && list[5]["error"] is String)
            #expect(try await predict([("file", "a.jpg", pictures[0])], port: port, query: "?model=none").status == 404)
        }
    }

    @Test func aPictureThatCannotBeReadIsTheClientsErrorAndSaysWhy() async throws {
        let jpeg = try #require(Self.jpeg)
        try await withServer(
            change: { $0.inference.pictures.pixels = 2000 }
        ) { port, _, _ in
            for (bytes, status, words) in [
                (Array("hello".utf8), 415, "not a picture"), (Array("....ftypavif".utf8), 415, "AVIF"),
                (Array(jpeg.prefix(jpeg.count / 2)), 400, "cut off"), ([], 400, "empty"),
                (try TestModel.picture(1, width: 50, height: 50).encodePNG(), 413, "too large"),
            ] {
                let answer = try await predict([("file", "secret/../name.jpg", bytes)], port: port)
                #expect(answer.status == status && answer.text.contains(words), "\(answer.status) \(answer.text)")
                #expect(!answer.text.contains("secret"))
            }
        }
    }

    @Test func aPictureThatItIsNotSureOfIsRejectedAndKeptOnce() async throws {
        let jpeg = try #require(Self.jpeg)
        let reviews = try TemporaryFolder()
        let review = try ReviewFolder(reviews("review"), limit: 2, logger: .silent)
        try await withServer(
            change: {
                $0.rejectBelow = 1
                $0.review = review
            }
        ) { port, _, _ in
            for _ in 0..<3 {
                let json = try await predict([("file", "../../x.jpg", jpeg)], port: port).json()
                #expect(json["class"] is NSNull && json["rejected"] as? Bool == true && json["confidence"] is Double)
            }
            for number in 0..<4 {
                let other = try TestModel.picture(number + 20).encodePNG()
                _ = try await predict([("file", "x", other)], port: port)
            }
        }
        var lines: [String] = []
        for _ in 0..<200 where lines.count < 3 {
            try await Task.sleep(for: .milliseconds(10))
            lines =
                (try? String(contentsOfFile: reviews("review/review.csv"), encoding: .utf8))?
                .split(separator: "\n").map(String.init) ?? []
        }
        #expect(lines.count == 3 && lines[0] == "file,class,predicted,confidence")
        let names = lines.dropFirst().map { $0.prefix { $0 != "," } }
        #expect(names.contains { $0.hasSuffix(".jpg") })
        let kept = try FileManager.default.contentsOfDirectory(atPath: reviews("review"))
        #expect(Set(kept) == Set(names.map(String.init) + ["review.csv"]))
        // What a person has labelled is what training takes.
        let given = ["class", "bolt", "nut"]
        let labelled = lines.enumerated().map {
            $0 == 0 ? $1 : $1.replacingOccurrences(of: ",,", with: ",\(given[$0]),")
        }
        try labelled.joined(separator: "\n").write(
            toFile: reviews("review/review.csv"), atomically: true, encoding: .utf8)
        #expect(try Dataset(folder: reviews("review/review.csv")).classes == ["bolt", "nut"])
        // The next picture gets a line of its own, though the person's editor left the last one open.
        let again = try ReviewFolder(reviews("review"), limit: 3, logger: .silent)
        try await withServer(
            change: {
                $0.rejectBelow = 1
                $0.review = again
            }
        ) { port, _, _ in
            _ = try await predict([("file", "x", try TestModel.picture(40).encodePNG())], port: port)
        }
        lines = []
        for _ in 0..<200 where lines.count < 4 {
            try await Task.sleep(for: .milliseconds(10))
            lines =
                try String(contentsOfFile: reviews("review/review.csv"), encoding: .utf8)
                .split(separator: "\n").map(String.init)
        }
        #expect(lines.count > 3 && Array(lines.prefix(3)) == labelled)
    }
}
