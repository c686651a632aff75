import Foundation
import OcellusImages
import Testing

/// Where a picture is not simply what Pillow's `convert("RGB")` makes of it, and why.
private let differences: [(files: [String], rule: Difference, why: String)] = [
    (
        [
            "basi4a", "basi6a", "basn4a", "basn6a", "bgai4a", "bgan6a", "bgbn4a", "bggn4a", "bgwn6a", "bgyn6a",
            "pp0n6a",
            "tm3n3p02",
        ], .ourRules, "what is transparent lies over white, where Pillow drops the alpha and shows what lies hidden"
    ),
    (
        ["basi0g16", "basn0g16", "g03n0g16", "g04n0g16", "g05n0g16", "g07n0g16", "g10n0g16", "g25n0g16"],
        .ourRules, "16-bit grey gives its high byte, where Pillow cuts off at 255"
    ),
    (["oi1n0g16", "oi2n0g16", "oi4n0g16", "oi9n0g16", "tbwn0g16"], .ourRules, "the same"),
    (["xcsn0g01"], .error, "the checksum of its data is wrong, which Pillow passes over"),
]

private enum Difference: Equatable {
    /// Pillow's samples, but for our rules of transparency and 16-bit grey.
    case ourRules
    /// An error where Pillow gives a picture.
    case error
}

/// What Pillow gives for one file; see Golden/make_odd.py.
private struct OddImage: Decodable, CustomTestStringConvertible {
    let file: String
    let error: String?
    let width: Int?
    let height: Int?
    let plain: UInt32?
    let ours: UInt32?
    let samples: Data?

    var testDescription: String { file }
    var name: String { file.split(separator: "/").last.map(String.init) ?? file }
    var difference: Difference? { differences.first { $0.files.contains(where: name.hasPrefix) }?.rule }

    static func all() throws -> [OddImage] {
        try JSONDecoder().decode([OddImage].self, from: Data(contentsOf: Golden.url(of: "odd")))
    }

    /// Whether a picture's 64 sampled pixels are within 1 of Pillow's.
    func isNear(_ image: RGBImage) -> Bool {
        guard let samples else { return false }
        let expected = Array(samples)
        return (0..<64).allSatisfy { index in
            let hash = UInt64(index) * 2_654_435_761 & 0xFFFF_FFFF
            let place = Int(hash * UInt64(image.width * image.height) >> 32) * 3
            return (0..<3).allSatisfy { abs(Int(image.pixels[place + $0]) - Int(expected[index * 3 + $0])) <= 1 }
        }
    }
}

@Suite(
    .enabled(if: FileManager.default.fileExists(atPath: data.path), "There is no ../shared/data beside the package."))
struct OddImagesTests {
    @Test func `Every odd file decodes as Pillow decodes it, or as the table says`() throws {
        let images = try OddImage.all()
        #expect(images.count == 234)
        var exact = 0
        for odd in images {
            let path = data.appendingPathComponent("odd-images/" + odd.file).path
            let isPicture =
                switch odd.difference {
                case .error: false
                case .ourRules, nil: odd.error == nil
                }
            do throws(ImageError) {
                let image = try RGBImage.decode(contentsOf: path)
                #expect(isPicture, "\(odd.file) should be an error")
                #expect(try RGBImage.peekSize(contentsOf: path) == (image.width, image.height), "\(odd.file)")
                guard odd.error == nil else { continue }
                #expect((image.width, image.height) == (odd.width, odd.height), "\(odd.file)")
                if odd.difference == nil { #expect(odd.plain == odd.ours, "\(odd.file) is not in the table") }
                if crc32(image.pixels) == odd.ours {
                    exact += 1
                } else {
                    #expect(odd.isNear(image), "\(odd.file) is more than 1 off Pillow's")
                }
            } catch {
                #expect(!isPicture, "\(error)")
                #expect(error.description.contains(odd.name))
            }
        }
        #expect(exact >= 190, "only \(exact) are exactly Pillow's")
    }

    @Test func `Each row of the table is still needed`() throws {
        let images = try OddImage.all()
        for (files, rule, why) in differences {
            for file in files {
                let matching = images.filter { $0.name.hasPrefix(file) }
                #expect(!matching.isEmpty, "\(file): \(why)")
                #expect(matching.allSatisfy { rule != .ourRules || $0.plain != $0.ours }, "\(file): \(why)")
            }
        }
    }
}
