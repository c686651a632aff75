import Foundation
import OcellusImages

/// One picture and the pixels it should give; see Golden/make.py.
struct Golden: Decodable {
    let name: String
    let file: Data
    let width: Int
    let height: Int
    let rgb: Data

    var bytes: [UInt8] { Array(file) }
    var expected: RGBImage { RGBImage(width: width, height: height, pixels: Array(rgb)) }

    /// Where a golden file is.
    static func url(of name: String) -> URL {
        Bundle.module.bundleURL.appendingPathComponent("Golden").appendingPathComponent(name + ".json")
    }

    /// The cases of one golden file.
    static func load(_ name: String) throws -> [Golden] {
        try JSONDecoder().decode([Golden].self, from: Data(contentsOf: url(of: name)))
    }

    /// The cases of the formats whose libraries are opened when they are needed.
    static func openedCodecs() throws -> [Golden] { try load("webp") + load("gif") + load("tiff") }

    /// Every case whose file is a whole picture.
    static func pictures() throws -> [Golden] {
        try load("png") + load("jpeg") + load("orientation") + load("bmp") + openedCodecs()
    }
}

/// The largest difference between two pictures' samples; 256 when their sizes differ.
func largestDifference(_ first: RGBImage, _ second: RGBImage) -> Int {
    guard first.width == second.width, first.height == second.height else { return 256 }
    return zip(first.pixels, second.pixels).reduce(0) { max($0, abs(Int($1.0) - Int($1.1))) }
}

/// Seeded, so that a failure can be seen again (Steele, Lea and Flood, 2014).
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// A picture of noise over a smooth ground.
func madeUpImage(width: Int, height: Int, seed: UInt64 = 1) -> RGBImage {
    var random = SplitMix64(state: seed)
    let pixels = (0..<(width * height * 3)).map { index in
        UInt8(truncatingIfNeeded: (index / 3 % width + index / (3 * width)) / 2)
            &+ UInt8.random(in: 0...20, using: &random)
    }
    return RGBImage(width: width, height: height, pixels: pixels)
}
