import Foundation
import OcellusImages
import Testing

/// Photos and broken files from the wild, beside the package; not part of it.
let data = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("shared/data")

private func files(in folder: String) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(
        at: data.appendingPathComponent(folder), includingPropertiesForKeys: nil
    ).sorted { $0.path < $1.path }
}

@Suite(
    .enabled(if: FileManager.default.fileExists(atPath: data.path), "There is no ../shared/data beside the package."))
struct RealPhotosTests {
    @Test(arguments: ["exif-orientation", "libjpeg-turbo", "pillow", "pngsuite"])
    func `Every odd file gives a picture or an error that names it`(folder: String) throws {
        var decoded = 0
        for file in try files(in: "odd-images/" + folder) {
            do {
                let image = try RGBImage.decode(contentsOf: file.path)
                #expect(image.pixels.count == image.width * image.height * 3)
                #expect(try RGBImage.peekSize(contentsOf: file.path) == (image.width, image.height))
                decoded += 1
            } catch {
                #expect("\(error)".contains(file.lastPathComponent))
            }
        }
        #expect(decoded > 0)
    }

    @Test func `PngSuite's broken files are errors, and its others are pictures`() throws {
        for file in try files(in: "odd-images/pngsuite") where file.pathExtension == "png" {
            let isBroken = file.lastPathComponent.hasPrefix("x")
            let image = try? RGBImage.decode(contentsOf: file.path)
            #expect((image == nil) == isBroken, "\(file.lastPathComponent)")
        }
    }

    @Test func `One photo stored in eight orientations is the same photo`() throws {
        let folder = data.appendingPathComponent("odd-images/exif-orientation").path
        let upright = try RGBImage.decode(contentsOf: folder + "/Portrait_1.jpg").resized(width: 60, height: 90)
        for orientation in 2...8 {
            let image = try RGBImage.decode(contentsOf: folder + "/Portrait_\(orientation).jpg")
            let small = image.resized(width: 60, height: 90)
            #expect((image.width, image.height) == (1200, 1800))
            let total = zip(small.pixels, upright.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
            #expect(total < upright.pixels.count, "orientation \(orientation): over one of 255 on average")
        }
    }

    @Test func `Real photos decode and resize to Pillow's very samples`() throws {
        struct Photo: Decodable {
            let file: String
            let width: Int
            let height: Int
            let decoded: UInt32
            let resized: UInt32
        }
        let golden = try Data(contentsOf: Golden.url(of: "real"))
        let photos = try JSONDecoder().decode([Photo].self, from: golden)
        #expect(photos.count > 40)
        for photo in photos {
            let image = try RGBImage.decode(contentsOf: data.appendingPathComponent(photo.file).path)
            #expect((image.width, image.height) == (photo.width, photo.height), "\(photo.file)")
            #expect(crc32(image.pixels) == photo.decoded, "\(photo.file)")
            #expect(crc32(image.resized(width: 224, height: 224).pixels) == photo.resized, "\(photo.file)")
        }
    }
}

/// The checksum of PNG and zlib (ISO 3309).
func crc32(_ bytes: [UInt8]) -> UInt32 {
    let table = (0..<256).map { (byte: UInt32) in
        (0..<8).reduce(byte) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }
    return ~bytes.reduce(~0) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
}
