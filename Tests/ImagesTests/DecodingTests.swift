import OcellusImages
import Testing

@Suite struct DecodingTests {
    @Test func `PNG of every colour type, depth and interlacing decodes exactly`() throws {
        let cases = try Golden.load("png")
        #expect(cases.count == 52)
        for golden in cases {
            let image = try RGBImage.decode(golden.bytes, name: golden.name)
            #expect(image == golden.expected, "\(golden.name)")
        }
    }

    @Test func `JPEG of every kind decodes as Pillow decodes it`() throws {
        let cases = try Golden.load("jpeg")
        #expect(cases.count == 8)
        for golden in cases {
            let image = try RGBImage.decode(golden.bytes, name: golden.name)
            // 0 with the libjpeg-turbo of the day; another release may round its upsampling otherwise.
            #expect(largestDifference(image, golden.expected) <= 1, "\(golden.name)")
        }
    }

    @Test func `BMP of every depth, version and compression decodes exactly`() throws {
        let cases = try Golden.load("bmp")
        #expect(cases.count == 16)
        for golden in cases {
            let image = try RGBImage.decode(golden.bytes, name: golden.name)
            #expect(image == golden.expected, "\(golden.name)")
        }
    }

    @Test(arguments: [("webp", 18), ("gif", 11), ("tiff", 38)])
    func `WebP, GIF and TIFF of every kind decode as Pillow decodes them`(format: String, count: Int) throws {
        let cases = try Golden.load(format)
        #expect(cases.count == count)
        for golden in cases {
            let image = try RGBImage.decode(golden.bytes, name: golden.name)
            #expect(largestDifference(image, golden.expected) <= 1, "\(format) \(golden.name)")
        }
    }

    @Test func `Every EXIF orientation turns the picture upright`() throws {
        let cases = try Golden.load("orientation")
        #expect(cases.count == 22)
        for golden in cases {
            let image = try RGBImage.decode(golden.bytes, name: golden.name)
            #expect(largestDifference(image, golden.expected) <= 1, "\(golden.name)")
        }
    }

    @Test func `Peeking tells the size that decoding gives`() throws {
        for golden in try Golden.pictures() {
            let size = try RGBImage.peekSize(golden.bytes, name: golden.name)
            #expect(size == (golden.width, golden.height), "\(golden.name)")
        }
    }

    @Test func `EXIF data that are damaged anywhere leave the picture as it is stored, or turn it`() throws {
        for golden in try Golden.load("orientation") {
            let bytes = golden.bytes
            for position in 0..<min(bytes.count, 90) {
                var damaged = bytes
                damaged[position] ^= 0xFF
                let image = try? RGBImage.decode(damaged, name: golden.name)
                if let image { #expect(image.pixels.count == image.width * image.height * 3) }
            }
        }
    }

    @Test func `A written PNG reads back as it was, a JPEG nearly so`() throws {
        let image = madeUpImage(width: 61, height: 47)
        #expect(try RGBImage.decode(image.encodePNG(), name: "made up") == image)
        let smooth = image.resized(width: 8, height: 6).resized(width: 61, height: 47)
        let decoded = try RGBImage.decode(smooth.encodeJPEG(quality: 95), name: "made up")
        #expect(largestDifference(decoded, smooth) <= 24)
        #expect(try smooth.encodeJPEG(quality: 30).count < smooth.encodeJPEG(quality: 95).count)
    }

    @Test func `What cannot be written is refused`() throws {
        let nothing = RGBImage(width: 0, height: 0, pixels: [])
        #expect(throws: ImageError.self) { try nothing.encodePNG() }
        #expect(throws: ImageError.self) { try nothing.encodeJPEG() }
        #expect(throws: ImageError.self) { try madeUpImage(width: 2, height: 2).encodeJPEG(quality: 101) }
        #expect(throws: ImageError.self) { try madeUpImage(width: 65_501, height: 1).encodeJPEG() }
    }
}
