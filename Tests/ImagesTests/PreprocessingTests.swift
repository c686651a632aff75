import Foundation
import OcellusImages
import Testing

@Suite struct PreprocessingTests {
    @Test func `The guide's preprocessing stretches and divides by 255`() throws {
        let preprocessing = try Preprocessing.guide(width: 20, height: 10)
        let image = madeUpImage(width: 33, height: 29)
        let values = preprocessing(image)
        #expect(values.count == 10 * 20 * 3)
        #expect(values == image.resized(width: 20, height: 10).pixels.map { Float(Double($0) / 255) })
        #expect(preprocessing.resized(image) == image.resized(width: 20, height: 10))
    }

    @Test func `Scale, mean and deviation act in that order, in the input's channel order`() throws {
        let preprocessing = try Preprocessing(
            width: 1, height: 1, channelOrder: .bgr, scale: 2, mean: [104, 117, 123], standardDeviation: [1, 2, 4])
        let values = preprocessing(RGBImage(width: 1, height: 1, pixels: [200, 100, 50]))
        let expected: [Float] = [-4, 41.5, 69.25]
        #expect(values == expected)
    }

    @Test func `Cropping keeps the proportions and the middle`() throws {
        // 64 wide of 100, and 7/8 of that.
        let image = madeUpImage(width: 100, height: 64)
        let cropped = try Preprocessing(.imagenet, width: 56, height: 56).resized(image)
        #expect((cropped.width, cropped.height) == (56, 56))
        for (x, y) in [(0, 0), (55, 0), (20, 41), (55, 55)] {
            let (ours, theirs) = ((y * 56 + x) * 3, ((y + 4) * 100 + x + 22) * 3)
            #expect(Array(cropped.pixels[ours..<ours + 3]) == Array(image.pixels[theirs..<theirs + 3]))
        }
        // Extreme proportions neither fail nor take memory.
        for (width, height) in [(1, 1), (1, 5000), (5000, 1), (3, 2)] {
            let small = try Preprocessing(.imagenet, width: 16, height: 24).resized(
                madeUpImage(width: width, height: height))
            #expect((small.width, small.height) == (16, 24))
        }
    }

    @Test func `The usual preprocessings give the usual values`() throws {
        func values(_ preset: Preprocessing.Preset) throws -> [Float] {
            try Preprocessing(preset, width: 1, height: 1)(RGBImage(width: 1, height: 1, pixels: [255, 0, 102]))
        }
        #expect(try values(.zeroToOne) == [1, 0, 0.4])
        #expect(try values(.minusOneToOne) == [1, -1, -0.2])
        #expect(try values(.caffeBGR) == [-2, -117, 132])
        let imagenet = try values(.imagenet)
        let expected: [Float] = [2.2489083, -2.0357141, -0.02666667]
        #expect(zip(imagenet, expected).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test func `It is stored and read back as it was`() throws {
        let stored = try Preprocessing(
            width: 227, height: 113, channelOrder: .bgr, scale: 1 / 127.5, mean: [1, 0.5, -1],
            standardDeviation: [1, 2, 3])
        let data = try JSONEncoder().encode(stored)
        #expect(try JSONDecoder().decode(Preprocessing.self, from: data) == stored)
    }

    @Test(arguments: [
        (#""width":224"#, #""width":0"#, "width"),
        (#""width":224"#, #""width":"wide""#, "width"),
        (#""width":224"#, #""width":1e300"#, "width"),
        (#""width":224,"#, "", "width"),
        (#""height":224"#, #""height":16385"#, "height"),
        (#""height":224"#, #""height":-9223372036854775808"#, "height"),
        (#""stretch""#, #""squash""#, "resizing"),
        (#""resizing":"stretch""#, #""resizing":"pad","padColor":[1,2,300]"#, "padColor"),
        (#""resizing":"stretch""#, #""resizing":"center-crop","shorterSide":223"#, "shorterSide"),
        (#""resizing":"stretch""#, #""resizing":"stretch","interpolation":"cubic""#, "interpolation"),
        (#""rgb""#, #""grey""#, "channelOrder"),
        (#""scale":0.5"#, #""scale":0"#, "scale"),
        (#""mean":[0,0,0]"#, #""mean":[0,0]"#, "mean"),
        (#""mean":[0,0,0]"#, #""mean":[0,0,null]"#, "mean"),
        (#""standardDeviation":[1,1,1]"#, #""standardDeviation":[1,0,1]"#, "standardDeviation"),
    ])
    func `A stored preprocessing that makes no sense is an error that names the setting`(
        right: String, wrong: String, setting: String
    ) throws {
        let json = """
            {"width":224,"height":224,"resizing":"stretch","channelOrder":"rgb","scale":0.5,"mean":[0,0,0],\
            "standardDeviation":[1,1,1]}
            """
        #expect(throws: Never.self) { try JSONDecoder().decode(Preprocessing.self, from: Data(json.utf8)) }
        let broken = json.replacingOccurrences(of: right, with: wrong)
        #expect(broken != json)
        let error = #expect(throws: PreprocessingError.self) {
            try JSONDecoder().decode(Preprocessing.self, from: Data(broken.utf8))
        }
        #expect(error?.setting == setting)
        #expect("\(error as Any)".contains("preprocessing.\(setting)"))
    }

    @Test func `Every way and filter is stored, and a model from before there was a choice is bilinear`() throws {
        for way in Preprocessing.Resizing.allCases {
            for filter in Interpolation.allCases {
                let stored = try Preprocessing(
                    width: 20, height: 10,
                    sizing: .init(
                        resizing: way, interpolation: filter, padColor: way == .pad ? [1, 2, 3] : nil,
                        shorterSide: way == .centerCrop ? 21 : nil))
                let read = try JSONDecoder().decode(Preprocessing.self, from: JSONEncoder().encode(stored))
                #expect(read == stored)
            }
        }
        let old = """
            {"width":224,"height":224,"resizing":"crop","channelOrder":"rgb","scale":0.5,"mean":[0,0,0],\
            "standardDeviation":[1,1,1]}
            """
        let read = try JSONDecoder().decode(Preprocessing.self, from: Data(old.utf8))
        #expect((read.resizing, read.interpolation, read.shorterSide) == (.crop, .bilinear, 256))
    }

    @Test func `A size that makes no sense is refused`() {
        #expect(throws: PreprocessingError.self) {
            try Preprocessing(width: 32, height: 20, sizing: .init(resizing: .centerCrop, shorterSide: 31))
        }
        #expect(throws: PreprocessingError.self) {
            try Preprocessing(width: 32, height: 20, sizing: .init(resizing: .pad, padColor: [1, 2]))
        }
        #expect(throws: PreprocessingError.self) { try Preprocessing.guide(width: 0, height: 224) }
        #expect(throws: PreprocessingError.self) { try Preprocessing(width: 1, height: 1, mean: [.nan, 0, 0]) }
    }
}
