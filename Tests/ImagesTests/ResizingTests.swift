import OcellusImages
import Testing

@Suite struct ResizingTests {
    @Test func `Resizing gives Pillow's samples, up and down, to the bit`() throws {
        let cases = try Golden.load("resize")
        #expect(cases.count == 11)
        for golden in cases {
            let sides = golden.name.split(separator: "×").compactMap { Int($0) }
            let source = RGBImage(
                width: try #require(sides.first), height: try #require(sides.last), pixels: golden.bytes)
            let resized = source.resized(width: golden.width, height: golden.height)
            #expect(resized == golden.expected, "\(golden.name) to \(golden.width)×\(golden.height)")
        }
    }

    @Test func `A picture at its own size is left alone`() {
        let image = madeUpImage(width: 31, height: 17)
        #expect(image.resized(width: 31, height: 17) == image)
    }

    @Test func `One colour stays that colour at any size`() {
        for value: UInt8 in [0, 1, 127, 254, 255] {
            let image = RGBImage(width: 37, height: 23, pixels: Array(repeating: value, count: 37 * 23 * 3))
            for (width, height) in [(1, 1), (5, 90), (224, 224), (36, 24)] {
                let resized = image.resized(width: width, height: height)
                #expect(resized.pixels.allSatisfy { $0 == value })
                #expect(resized.pixels.count == width * height * 3)
            }
        }
    }
}
