import Foundation
import OcellusData
import OcellusImages
import Testing

@Suite struct AffineWarpTests {
    private struct Case: Decodable {
        let width, height: Int
        let pixels: [UInt8]
        let expected: [Float]
        let theta, tx, ty, shear, zx, zy: Double
        let flip: Bool

        var image: RGBImage { RGBImage(width: width, height: height, pixels: pixels) }
        var parameters: AffineParameters {
            AffineParameters(theta: theta, tx: tx, ty: ty, shear: shear, zx: zx, zy: zy, isFlipped: flip)
        }
    }

    private func warp(_ image: RGBImage, _ parameters: AffineParameters, _ preprocessing: Preprocessing) -> [Float] {
        var output = [Float](repeating: .nan, count: image.pixels.count)
        let places = PictureChange(affine: parameters).sourcePlaces(width: image.width, height: image.height)
        output.withUnsafeMutableBufferPointer { AffineWarp(preprocessing).apply(image, places, into: $0) }
        return output
    }

    @Test func `The warp agrees with Keras' apply_affine_transform`() throws {
        let file = try #require(Bundle.module.url(forResource: "affine", withExtension: "json", subdirectory: "Golden"))
        let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
        #expect(cases.count > 20)
        for golden in cases {
            let plain = try Preprocessing(width: golden.width, height: golden.height, scale: 1)
            let result = warp(golden.image, golden.parameters, plain)
            let worst = zip(result, golden.expected).map { abs($0 - $1) }.max() ?? .infinity
            #expect(worst < 0.002, "\(golden.parameters) at \(golden.width)×\(golden.height)")
        }
    }

    @Test(arguments: [Preprocessing.ChannelOrder.rgb, .bgr])
    func `Without a transformation the warp is the normalisation`(order: Preprocessing.ChannelOrder) throws {
        let image = picture(seed: "noise", side: 13)
        let preprocessing = try Preprocessing(
            width: 13, height: 13, channelOrder: order, scale: 1 / 255, mean: [0.485, 0.456, 0.406],
            standardDeviation: [0.229, 0.224, 0.225])
        var expected = [Float](repeating: 0, count: image.pixels.count)
        expected.withUnsafeMutableBufferPointer { preprocessing.normalize(image, into: $0) }
        let result = warp(image, AffineParameters(), preprocessing)
        for (value, other) in zip(result, expected) { #expect(abs(value - other) < 1e-6) }
    }

    @Test func `Wild parameters stay within the picture`() throws {
        let image = RGBImage(width: 5, height: 4, pixels: [UInt8](repeating: 77, count: 60))
        let plain = try Preprocessing(width: 5, height: 4, scale: 1)
        for value in [1e300, -1e300, .infinity, .nan, 1e9, 1e-300] {
            for parameters in [
                AffineParameters(theta: value), AffineParameters(tx: value, ty: -value), AffineParameters(shear: value),
                AffineParameters(zx: value, zy: value), AffineParameters(zx: -value, isFlipped: true),
            ] {
                #expect(warp(image, parameters, plain).allSatisfy { $0 == 77 })
            }
        }
    }

    @Test func `One pixel is a picture too`() throws {
        let image = RGBImage(width: 1, height: 1, pixels: [1, 2, 3])
        let plain = try Preprocessing(width: 1, height: 1, scale: 1)
        #expect(warp(image, AffineParameters(theta: 30, tx: 0.4, zx: 0.7), plain) == [1, 2, 3])
    }
}
