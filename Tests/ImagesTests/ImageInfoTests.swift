import Foundation
import OcellusImages
import Testing

@Suite struct ImageInfoTests {
    private struct ProfileCase: Decodable {
        let name: String
        let file: Data
        let byteCount: Int
        let profile: String
    }

    private func profiles() throws -> [ProfileCase] {
        try JSONDecoder().decode([ProfileCase].self, from: Data(contentsOf: Golden.url(of: "profiles")))
    }

    @Test func `The colour profile of every format is told, and what it calls itself`() throws {
        let cases = try profiles()
        #expect(cases.count == 7)
        for golden in cases {
            let info = try RGBImage.info(Array(golden.file), name: golden.name)
            if golden.byteCount == 0 {
                #expect(info.colorProfile == nil, "\(golden.name)")
                continue
            }
            let profile = try #require(info.colorProfile, "\(golden.name)")
            #expect(profile.byteCount == golden.byteCount, "\(golden.name)")
            #expect(profile.name == golden.profile, "\(golden.name)")
            #expect(profile.colorSpace == "RGB", "\(golden.name)")
            #expect(profile.isSRGB == (golden.profile != "Wide Gamut Test"))
            #expect(golden.name.hasPrefix(info.format.rawValue), "\(golden.name)")
        }
    }

    @Test func `A profile that is damaged anywhere is told differently or not at all`() throws {
        for golden in try profiles() where golden.byteCount > 0 && golden.byteCount < 4000 {
            let bytes = Array(golden.file)
            for position in stride(from: 2, to: bytes.count, by: 3) {
                var damaged = bytes
                damaged[position] ^= 0xFF
                let info = try? RGBImage.info(damaged, name: golden.name)
                if let profile = info?.colorProfile { #expect(profile.byteCount <= damaged.count * 2) }
            }
        }
    }

    @Test func `Format, upright size and orientation are told`() throws {
        for golden in try Golden.pictures() {
            let info = try RGBImage.info(golden.bytes, name: golden.name)
            #expect(try ImageFormat(of: golden.bytes, name: golden.name) == info.format)
            #expect((info.width, info.height) == (golden.width, golden.height))
            #expect((1...8).contains(info.orientation))
        }
        let turned = try #require(try Golden.load("webp").first { $0.name == "orientation-6" })
        #expect(try RGBImage.info(turned.bytes, name: "turned").orientation == 6)
        #expect(throws: ImageError.self) { try RGBImage.info(Array("hello".utf8), name: "text") }
    }
}
