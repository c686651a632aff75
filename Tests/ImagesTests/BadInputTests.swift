import Foundation
import OcellusImages
import Testing

@Suite struct BadInputTests {
    @Test func `A picture cut off anywhere is an error`() throws {
        for golden in try Golden.pictures() {
            let format = try ImageFormat(of: golden.bytes, name: golden.name)
            for length in 0..<golden.bytes.count {
                let bytes = Array(golden.bytes.prefix(length))
                do throws(ImageError) {
                    let image = try RGBImage.decode(bytes, name: golden.name)
                    // What follows the first picture may be missing.
                    #expect(format == .gif || format == .tiff, "\(golden.name) cut to \(length) bytes")
                    #expect(largestDifference(image, golden.expected) <= 1, "\(golden.name) cut to \(length) bytes")
                } catch {
                    #expect(error.name == golden.name)
                }
            }
        }
    }

    @Test func `A picture cut off in its pixels is said to be cut off`() throws {
        for golden in try Golden.load("jpeg") + Golden.load("png") + Golden.load("webp") + Golden.load("gif") {
            guard !golden.name.hasPrefix("animation") else { continue }  // they end with their second picture
            let bytes = Array(golden.bytes.dropLast(14))
            let format = try ImageFormat(of: bytes, name: "cut")
            #expect(throws: ImageError(name: "cut", reason: .truncated(format)), "\(golden.name)") {
                try RGBImage.decode(bytes, name: "cut")
            }
        }
    }

    @Test func `Changed bytes give a picture or an error, never a crash`() throws {
        var random = SplitMix64(state: 2)
        let limits = DecodingLimits(pixels: 1 << 20)
        for golden in try Golden.pictures() {
            for _ in 0..<100 {
                var bytes = golden.bytes
                for _ in 0..<Int.random(in: 1...8, using: &random) {
                    let position = Int.random(in: 0..<bytes.count, using: &random)
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0: bytes[position] = UInt8.random(in: 0...255, using: &random)
                    case 1: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                    case 2: bytes.remove(at: position)
                    default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: position)
                    }
                }
                do {
                    let image = try RGBImage.decode(bytes, name: golden.name, limits: limits)
                    #expect(image.pixels.count == image.width * image.height * 3)
                    #expect(image.width * image.height <= limits.pixels)
                } catch {
                    #expect(error.name == golden.name)
                }
            }
        }
    }

    @Test func `A small file that announces gigabytes is refused before memory is taken`() throws {
        for golden in try Golden.load("bombs") {
            let error = #expect(throws: ImageError.self) { try RGBImage.decode(golden.bytes, name: golden.name) }
            guard case .tooLarge(let what) = error?.reason else {
                Issue.record("\(golden.name): \(String(describing: error))")
                continue
            }
            #expect(what.contains("\(golden.width)×\(golden.height)"))
            #expect(try RGBImage.peekSize(golden.bytes, name: golden.name) == (golden.width, golden.height))
        }
    }

    @Test func `A JPEG whose header announces gigabytes is refused`() throws {
        var bytes = try madeUpImage(width: 16, height: 16).encodeJPEG()
        let frame = try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
        bytes.replaceSubrange((frame + 5)..<(frame + 9), with: [0xFF, 0x00, 0xFF, 0x00])
        let error = #expect(throws: ImageError.self) { try RGBImage.decode(bytes, name: "bomb") }
        guard case .tooLarge = error?.reason else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(
        arguments: [
            ("gif", "colours-7", 6, [0xFF, 0xFF, 0xFF, 0xFF], (65_535, 65_535)),
            ("webp", "animation-part", 24, [0xFE, 0x3F, 0, 0xFE, 0x3F, 0], (16_383, 16_383)),
            ("tiff", "strips", 18, [0xFF, 0xFF, 0, 0], (65_535, 13)),
            ("bmp", "rgb-24", 18, [0xFF, 0xFF, 0, 0, 0xFF, 0xFF, 0, 0], (65_535, 65_535)),
        ] as [(String, String, Int, [UInt8], (Int, Int))])
    func `A header that announces too much is refused`(
        format: String, name: String, offset: Int, bytes: [UInt8], size: (Int, Int)
    ) throws {
        var file = try #require(try Golden.load(format).first { $0.name == name }).bytes
        file.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        #expect(try RGBImage.peekSize(file, name: name) == size)
        let error = #expect(throws: ImageError.self) {
            try RGBImage.decode(file, name: name, limits: DecodingLimits(pixels: 60_000))
        }
        guard case .tooLarge = error?.reason else {
            Issue.record("\(name): \(String(describing: error))")
            return
        }
    }

    @Test func `The limits can be lowered`() throws {
        let bytes = try madeUpImage(width: 30, height: 20).encodePNG()
        #expect(try RGBImage.decode(bytes, name: "small", limits: DecodingLimits(pixels: 600, side: 30)).width == 30)
        #expect(throws: ImageError.self) {
            try RGBImage.decode(bytes, name: "small", limits: DecodingLimits(pixels: 599))
        }
        #expect(throws: ImageError.self) { try RGBImage.decode(bytes, name: "small", limits: DecodingLimits(side: 29)) }
    }

    @Test(arguments: [
        ("\0\0\0 ftypavif", "AVIF"), ("\0\0\0 ftypheic", "HEIC"), ("<svg xmlns", "SVG"),
    ])
    func `A picture of another format is named, with what to do`(text: String, format: String) {
        let expected = ImageError(name: "photos/photo.jpg", reason: .unsupportedFormat(format))
        #expect(throws: expected) { try RGBImage.decode(Array(text.utf8), name: "photos/photo.jpg") }
        #expect("\(expected)".contains("photos/photo.jpg is a \(format) picture"))
        #expect("\(expected)".contains("Convert it"))
    }

    @Test func `A library that is missing is named, with what to do`() {
        let error = ImageError(name: "a.tif", reason: .codecMissing(.tiff, "libtiff.so.6"))
        #expect(error.description.contains("a.tif is a TIFF picture, and libtiff.so.6 was not found. Install"))
    }

    @Test func `What is no picture is said to be none`() {
        #expect(throws: ImageError(name: "a", reason: .empty)) { try RGBImage.decode([], name: "a") }
        #expect(throws: ImageError(name: "a", reason: .notAPicture)) {
            try RGBImage.decode(Array("class,file".utf8), name: "a")
        }
        #expect(throws: ImageError(name: "a", reason: .notAPicture)) { try RGBImage.decode([0xFF], name: "a") }
    }

    @Test func `A file that cannot be read is an error that names it`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ocellus-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let missing = folder.appendingPathComponent("Ünnötig 猫.jpg").path
        let pipe = folder.appendingPathComponent("pipe.jpg").path
        #expect(mkfifo(pipe, 0o600) == 0)
        for path in [missing, folder.path, pipe] {
            let error = #expect(throws: ImageError.self) { try RGBImage.decode(contentsOf: path) }
            #expect(error?.name == path)
            guard case .unreadable = error?.reason else {
                Issue.record("\(path): \(String(describing: error))")
                continue
            }
        }
        let image = madeUpImage(width: 5, height: 4)
        try Data(image.encodePNG()).write(to: URL(fileURLWithPath: missing))
        #expect(try RGBImage.decode(contentsOf: missing) == image)
        #expect(try RGBImage.peekSize(contentsOf: missing) == (5, 4))
        #expect(throws: ImageError.self) {
            try RGBImage.decode(contentsOf: missing, limits: DecodingLimits(fileBytes: 20))
        }
    }
}
