import Ocellus
import OcellusServing
import Testing

/// Parts as they come out of the parser.
private struct Part: Equatable {
    var name: String?
    var filename: String?
    var content: [UInt8] = []
    var isWhole = false
}

private func parse(_ body: [UInt8], boundary: String = "B", pieces: [Int] = []) throws -> [Part]? {
    var parser = MultipartParser(boundary: boundary)
    var parts: [Part] = []
    var rest = body[...]
    for size in pieces + [Int.max] {
        try parser.feed(rest.prefix(size)) { event in
            switch event {
            case .partBegan(let headers): parts.append(Part(name: headers.name, filename: headers.filename))
            case .content(let bytes): parts[parts.count - 1].content += bytes
            case .partEnded: parts[parts.count - 1].isWhole = true
            }
        }
        rest = rest.dropFirst(size)
        if rest.isEmpty { break }
    }
    return parser.isComplete ? parts : nil
}

@Suite struct MultipartTests {
    private static let tricky = Array("\r\n--A\r\n-\r\n--\r\n\r\r\n--C\r\n".utf8) + (0...255).map { UInt8($0) }

    private static func body(_ contents: [[UInt8]]) -> [UInt8] {
        var body = Array("a preamble\r\n".utf8)
        for (number, content) in contents.enumerated() {
            let head =
                "--B \t\r\nContent-Disposition: form-data; name=\"f\(number)\"; filename=\"\(number).jpg\"\r\n\r\n"
            body += Array(head.utf8) + content + [13, 10]
        }
        return body + Array("--B--\r\nan epilogue\r\n--B\r\n".utf8)
    }

    @Test func readsPartsWholeWhereverTheBodyIsCut() throws {
        let contents = [Self.tricky, [], [13, 10], Array("x--B".utf8), [13], Array("\r\n--".utf8)]
        let body = Self.body(contents)
        let expected = contents.enumerated().map {
            Part(name: "f\($0)", filename: "\($0).jpg", content: $1, isWhole: true)
        }
        #expect(try parse(body) == expected)
        #expect(try parse(body, pieces: Array(repeating: 1, count: body.count)) == expected)
        for cut in 1..<body.count { #expect(try parse(body, pieces: [cut]) == expected) }
    }

    @Test func readsNamesAsBrowsersAndCurlWriteThem() throws {
        for (header, name, filename) in [
            (#"form-data; name="file"; filename="a b.jpg""#, "file", "a b.jpg"),
            (#"form-data;name=file;filename=a.jpg"#, "file", "a.jpg"),
            (#"FORM-DATA; filename="a\"b\\c;d.jpg" ; name="x=y""#, "x=y", #"a"b\c;d.jpg"#),
            (#"form-data; name="file"; filename="""#, "file", ""),
            (#"form-data; name="datei"; filename="ü.png""#, "datei", "ü.png"),
            (#"form-data; name="file"; filename="C:\x\y.jpg""#, "file", #"C:\x\y.jpg"#),
            (#"form-data; name="a"; name="b""#, "a", nil), (#"form-data"#, nil, nil),
            (#"form-data; name="unclosed"#, "unclosed", nil), (#"form-data; =; ;;name"#, nil, nil),
        ] as [(String, String?, String?)] {
            let body = Array("--B\r\ncontent-DISPOSITION: \(header)\r\nX: y\r\n\r\nz\r\n--B--".utf8)
            #expect(
                try parse(body) == [Part(name: name, filename: filename, content: [122], isWhole: true)], "\(header)")
        }
        #expect(try parse(Array("--B\r\n\r\nz\r\n--B--".utf8)) == [Part(content: [122], isWhole: true)])
    }

    @Test func refusesWhatIsNoForm() throws {
        let long = String(repeating: "x", count: 9000)
        for text in [
            "--B\r\nno colon\r\n\r\nz\r\n--B--", "--B\r\nContent-Disposition: attachment\r\n\r\nz\r\n--B--",
            "--Bx\r\n\r\nz\r\n--B--",
            "--B\r\nX: \(long)\r\n\r\nz\r\n--B--", "--B\r\nX: \(long)",
            "--B\(String(repeating: " ", count: 300))\r\n\r\n",
            String(repeating: "--B\r\n\r\nz\r\n", count: 300) + "--B--",
        ] { #expect(throws: MultipartParser.SyntaxError.self, "\(text.prefix(40))") { try parse(Array(text.utf8)) } }
        for text in ["", "hello", "--B", "--B\r\n\r\nz", "--B\r\n\r\nz\r\n--B", "--C\r\n\r\nz\r\n--C--"] {
            #expect(try parse(Array(text.utf8)) == nil, "\(text)")
        }
    }

    /// Whatever the bytes: parts or an error, the same however they are cut, and no more kept than they hold.
    @Test func malformedFormsGiveTheSameResultHoweverTheyAreCut() {
        var random = Chance(seed: 5)
        let good = Self.body([Self.tricky, Array("hello".utf8)])
        let pieces: [[UInt8]] = ["--B", "\r\n", "--", "B--", "\r", ":", "form-data; name=\"", "\""].map {
            Array($0.utf8)
        }
        for _ in 0..<2000 {
            var body = good
            for _ in 0..<(1 + Int(random.next() % 6)) {
                let place = Int(random.next()) % (body.count + 1)
                switch random.next() % 4 {
                case 0: body.removeSubrange(place..<min(body.count, place + Int(random.next() % 20)))
                case 1: body.insert(contentsOf: pieces[Int(random.next()) % pieces.count], at: place)
                case 2 where place < body.count: body[place] = UInt8(truncatingIfNeeded: random.next())
                default: body.insert(contentsOf: body.prefix(place).suffix(30), at: place)
                }
            }
            let whole = Result { try parse(body) }
            let cut = Result { try parse(body, pieces: (0..<body.count).map { _ in 1 + Int(random.next() % 9) }) }
            switch (whole, cut) {
            case (.success(let one), .success(let other)): #expect(one == other)
            case (.failure, .failure): break
            default: Issue.record("cut, it gives another result: \(String(decoding: body, as: UTF8.self))")
            }
            if case .success(let parts?) = whole {
                #expect(parts.reduce(0) { $0 + $1.content.count } <= body.count && parts.allSatisfy(\.isWhole))
            }
        }
    }
}

/// Words by chance, the same in each run.
struct Chance {
    private let philox: Philox
    private var drawn: UInt32 = 0

    init(seed: UInt64) { philox = Philox(seed: seed) }

    mutating func next() -> UInt32 {
        drawn += 1
        return philox.block(SIMD4(drawn, 0, 0, 0))[0]
    }
}
