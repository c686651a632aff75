import Foundation
import OcellusImages
import Testing

/// See Golden/make_resizing.py.
private struct ResizingCase: Decodable {
    let way: Preprocessing.Resizing
    let filter: Interpolation
    let source: [Int]
    let width: Int
    let height: Int
    let rgb: Data

    var expected: RGBImage { RGBImage(width: width, height: height, pixels: Array(rgb)) }
    var title: String { "\(way) by \(filter), \(source) to \(width)×\(height)" }

    static func all() throws -> [ResizingCase] {
        try JSONDecoder().decode([ResizingCase].self, from: Data(contentsOf: Golden.url(of: "resizing")))
    }

    /// The formula's picture.
    var picture: RGBImage {
        let (width, height) = (source[0], source[1])
        let pixels = (0..<width * height * 3).map { index in
            let (x, y, c) = (index / 3 % width, index / 3 / width, index % 3)
            let value = x * (7 + c) + y * 13 + c * 50 + x * y
            return value % 11 == 0 ? (value % 2 == 1 ? 255 : 0) : UInt8(truncatingIfNeeded: value)
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }
}

@Suite struct ResizingTests {
    @Test func `Each filter gives Pillow's samples to the bit`() throws {
        let cases = try ResizingCase.all().filter { $0.way == .stretch }
        #expect(cases.count == 72)
        #expect(Set(cases.map(\.filter)) == Set(Interpolation.allCases))
        for golden in cases {
            let resized = golden.picture.resized(
                width: golden.width, height: golden.height, interpolation: golden.filter)
            #expect(resized == golden.expected, "\(golden.title)")
        }
    }

    @Test func `Each way of resizing gives Pillow's and torchvision's samples, within 1`() throws {
        let cases = try ResizingCase.all().filter { $0.way != .stretch }
        #expect(cases.count == 96)
        for golden in cases {
            let preprocessing = try Preprocessing(
                width: golden.width, height: golden.height,
                sizing: .init(resizing: golden.way, interpolation: golden.filter, padColor: [114, 5, 200]))
            let resized = preprocessing.resized(golden.picture)
            #expect(largestDifference(resized, golden.expected) <= 1, "\(golden.title)")
        }
    }

    @Test(arguments: Preprocessing.Resizing.allCases, Interpolation.allCases)
    func `Extreme proportions give the network's size`(way: Preprocessing.Resizing, filter: Interpolation) throws {
        let sizing = Preprocessing.Sizing(resizing: way, interpolation: filter)
        for (width, height) in [(1, 1), (1, 3000), (3000, 1), (2, 3), (3000, 700)] {
            let image = try Preprocessing(width: 16, height: 24, sizing: sizing).resized(
                madeUpImage(width: width, height: height))
            #expect((image.width, image.height) == (16, 24))
        }
    }

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
