import Foundation
import OcellusData
import OcellusImages
import Testing

/// Against Keras, torchvision and Pillow; `Golden/augmentation.py` made the files.
@Suite struct AugmentationGoldenTests {
    private struct Fill: Decodable {
        let mode: Augmentation.FillMode
        let value: Float
        let side: Int
        let pixels: [UInt8]
        let expected: [Float]
        let theta, tx, ty, shear, zx, zy: Double
    }

    private struct Change: Decodable {
        let name: String
        let amount: Float
        let picture: Int
        let expected: [Int]

        var change: PictureChange? {
            switch name {
            case "shearX": PictureChange(movements: [.shearX(amount)])
            case "shearY": PictureChange(movements: [.shearY(amount)])
            case "translateX": PictureChange(movements: [.translateX(Int(amount))])
            case "translateY": PictureChange(movements: [.translateY(Int(amount))])
            case "rotate": PictureChange(movements: [.rotate(amount)])
            case "brightness": PictureChange(colors: [.brightness(amount)])
            case "contrast": PictureChange(colors: [.contrast(amount)])
            case "saturation": PictureChange(colors: [.saturation(amount)])
            case "sharpness": PictureChange(colors: [.sharpness(amount)])
            case "hue": PictureChange(colors: [.hue(amount)])
            case "posterize": PictureChange(colors: [.posterize(bits: Int(amount))])
            case "solarize": PictureChange(colors: [.solarize(threshold: amount)])
            case "autoContrast": PictureChange(colors: [.autoContrast])
            case "equalize": PictureChange(colors: [.equalize])
            case "channelShift": PictureChange(colors: [.channelShift(amount)])
            default: nil
            }
        }
    }

    private struct Magnitudes: Decodable {
        let kind: Augmentation.Policy.Kind
        let name: String
        let signed: Bool
        let values: [Double]
    }

    private func golden<Value: Decodable>(_ name: String) throws -> [Value] {
        let file = try #require(Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Golden"))
        return try JSONDecoder().decode([Value].self, from: Data(contentsOf: file))
    }

    /// The result as samples of 0…255.
    private func apply(_ change: PictureChange, to image: RGBImage) throws -> [Float] {
        var output = [Float](repeating: .nan, count: image.pixels.count)
        let plain = try Preprocessing(width: image.width, height: image.height, scale: 1)
        output.withUnsafeMutableBufferPointer { Augmenter(plain).apply(change, to: image, into: $0) }
        return output
    }

    @Test func `Places outside of the picture are filled as by Keras`() throws {
        let cases: [Fill] = try golden("fills")
        #expect(Set(cases.map(\.mode)) == Set(Augmentation.FillMode.allCases))
        for golden in cases {
            let change = PictureChange(
                affine: AffineParameters(
                    theta: golden.theta, tx: golden.tx, ty: golden.ty, shear: golden.shear, zx: golden.zx, zy: golden.zy
                ),
                fill: PictureChange.Fill(golden.mode, value: golden.value))
            let image = RGBImage(width: golden.side, height: golden.side, pixels: golden.pixels)
            let worst = try zip(apply(change, to: image), golden.expected).map { abs($0 - $1) }.max() ?? .infinity
            #expect(worst < 0.02, "\(golden.mode), \(golden.theta)°")
        }
    }

    @Test func `Movements and colours change as by torchvision, Pillow and Keras, within 1 of 255`() throws {
        let cases: [Change] = try golden("changes")
        let originals = Dictionary(
            uniqueKeysWithValues: cases.filter { $0.name == "original" }.map {
                ($0.picture, RGBImage(width: 19, height: 14, pixels: $0.expected.map { UInt8($0) }))
            })
        #expect(Set(cases.map(\.name)).count == 16)
        for golden in cases where golden.name != "original" {
            let change = try #require(golden.change, "\(golden.name)")
            let result = try apply(change, to: #require(originals[golden.picture]))
            // −1 lies outside of the picture, where the fill mode decides.
            let inside = zip(result, golden.expected).filter { $1 >= 0 }
            #expect(inside.count * 3 > golden.expected.count)
            let worst = inside.map { abs($0 - Float($1)) }.max() ?? .infinity
            #expect(worst <= 1.01, "\(golden.name) \(golden.amount), picture \(golden.picture)")
        }
    }

    @Test func `Policies have torchvision's operations and magnitudes`() throws {
        let cases: [Magnitudes] = try golden("magnitudes")
        for kind in Augmentation.Policy.Kind.allCases {
            #expect(cases.filter { $0.kind == kind }.map(\.name) == Augmentation.Policy.operationNames)
        }
        for golden in cases {
            for (magnitude, expected) in golden.values.enumerated() {
                for isNegative in [false, true] {
                    let policy = Augmentation.Policy(golden.kind)
                    let change = policy.change(
                        golden.name, magnitude: magnitude, isNegative: isNegative, width: 200, height: 140)
                    let amount = golden.signed && isNegative ? -expected : expected
                    let found: Double? =
                        switch (change.movements.first, change.colors.first) {
                        case (.shearX(let value), _), (.shearY(let value), _), (.rotate(let value), _): Double(value)
                        case (.translateX(let value), _), (.translateY(let value), _): Double(value)
                        case (_, .brightness(let value)), (_, .saturation(let value)), (_, .contrast(let value)),
                            (_, .sharpness(let value)):
                            Double(value) - 1
                        case (_, .posterize(let bits)): Double(bits)
                        case (_, .solarize(let threshold)): Double(threshold)
                        default: golden.values.count == 1 ? expected : nil
                        }
                    let isWhole = golden.name.hasPrefix("Translate")
                    let wanted = isWhole ? amount.rounded(.towardZero) : amount
                    #expect(abs(try #require(found) - wanted) < 1e-4, "\(golden.kind) \(golden.name) \(magnitude)")
                }
            }
        }
    }

    @Test func `A crop is magnified as Pillow resizes it, but for its border`() throws {
        let image = picture(seed: "crop", side: 24)
        let part = PixelRectangle(left: 5, top: 3, width: 13, height: 17)
        let result = try apply(PictureChange(crop: part), to: image)
        var cropped: [UInt8] = []
        for row in 3..<20 { cropped += image.pixels[(row * 24 + 5) * 3..<(row * 24 + 18) * 3] }
        let expected = RGBImage(width: 13, height: 17, pixels: cropped).resized(width: 24, height: 24)
        for row in 1..<23 {
            for index in (row * 24 + 1) * 3..<(row * 24 + 23) * 3 {
                #expect(abs(result[index] - Float(expected.pixels[index])) <= 1.01)
            }
        }
    }

    @Test func `A vertical flip turns the rows around, and two flips make a half turn`() throws {
        let image = picture(seed: "flip", side: 9)
        let flipped = try apply(PictureChange(affine: AffineParameters(isFlippedVertically: true)), to: image)
        let both = try apply(
            PictureChange(affine: AffineParameters(isFlipped: true, isFlippedVertically: true)), to: image)
        for row in 0..<9 {
            for column in 0..<9 {
                for channel in 0..<3 {
                    let target = (row * 9 + column) * 3 + channel
                    #expect(flipped[target] == Float(image.pixels[((8 - row) * 9 + column) * 3 + channel]))
                    #expect(both[target] == Float(image.pixels[((8 - row) * 9 + 8 - column) * 3 + channel]))
                }
            }
        }
    }

    @Test func `What is erased is 0 after normalisation, and nothing else changes`() throws {
        let image = picture(seed: "erase", side: 12)
        let preprocessing = try Preprocessing(.imagenet, width: 12, height: 12)
        let part = PixelRectangle(left: 2, top: 4, width: 7, height: 3)
        var (plain, erased) = ([Float](repeating: 9, count: 432), [Float](repeating: 9, count: 432))
        let augmenter = Augmenter(preprocessing)
        plain.withUnsafeMutableBufferPointer { augmenter.apply(PictureChange(), to: image, into: $0) }
        erased.withUnsafeMutableBufferPointer { augmenter.apply(PictureChange(erased: part), to: image, into: $0) }
        for index in 0..<432 {
            let (row, column) = (index / 36, index % 36 / 3)
            let isErased = 4..<7 ~= row && 2..<9 ~= column
            #expect(erased[index] == (isErased ? 0 : plain[index]))
        }
    }
}
