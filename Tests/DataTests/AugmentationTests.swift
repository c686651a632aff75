import Foundation
import OcellusData
import Testing

@Suite struct AugmentationTests {
    private let draws = (0..<4000).map {
        Augmentation.guide.draw(seed: 3, epoch: $0 / 1000, sample: $0 % 1000, width: 200, height: 100).affine
    }

    /// Checks that values are spread evenly over ± a range: the extremes, the mean and the variance.
    private func expectUniform(_ values: [Double], _ range: Double, _ name: Comment) {
        let count = Double(values.count)
        #expect(values.allSatisfy { abs($0) <= range }, name)
        #expect((values.max() ?? 0) > range * 0.99 && (values.min() ?? 0) < -range * 0.99, name)
        #expect(abs(values.reduce(0, +) / count) < range * 0.04, name)
        #expect(abs(values.reduce(0) { $0 + $1 * $1 } / count - range * range / 3) < range * range * 0.02, name)
    }

    @Test func `The guide's parameters have Keras' distributions`() {
        expectUniform(draws.map(\.theta), 20, "rotation, in degrees")
        expectUniform(draws.map(\.tx), 40, "horizontal shift, of the width")
        expectUniform(draws.map(\.ty), 20, "vertical shift, of the height")
        expectUniform(draws.map(\.shear), 0.2 + 1e-8, "shear, in degrees")
        expectUniform(draws.map { $0.zx - 1 }, 0.2 + 1e-8, "zoom along the columns")
        expectUniform(draws.map { $0.zy - 1 }, 0.2 + 1e-8, "zoom along the rows")
        #expect(abs(draws.count(where: \.isFlipped) - 2000) < 130)
    }

    @Test func `The parameters do not follow one another`() {
        let columns: [[Double]] = [
            draws.map { $0.theta / 20 }, draws.map { $0.tx / 40 }, draws.map { $0.ty / 20 },
            draws.map { $0.shear / 0.2 },
            draws.map { ($0.zx - 1) / 0.2 }, draws.map { ($0.zy - 1) / 0.2 },
        ]
        for first in columns.indices {
            for second in 0..<first {
                let sum = zip(columns[first], columns[second]).reduce(0) { $0 + $1.0 * $1.1 }
                #expect(abs(sum / Double(draws.count)) < 0.03, "\(first), \(second)")
            }
        }
    }

    @Test func `A draw depends on seed, epoch and sample alone`() {
        func draw(_ seed: UInt64, _ epoch: Int, _ sample: Int) -> AffineParameters {
            Augmentation.guide.draw(seed: seed, epoch: epoch, sample: sample, width: 64, height: 64).affine
        }
        #expect(draw(1, 2, 3) == draw(1, 2, 3))
        #expect(draw(1, 2, 3) != draw(2, 2, 3))
        #expect(draw(1, 2, 3) != draw(1, 3, 3))
        #expect(draw(1, 2, 3) != draw(1, 2, 4))
        var unflipped = Augmentation.guide
        unflipped.horizontalFlip = false
        unflipped.rotationRange = 0
        var expected = draw(1, 2, 3)
        expected.isFlipped = false
        expected.theta = 0
        #expect(unflipped.draw(seed: 1, epoch: 2, sample: 3, width: 64, height: 64).affine == expected)
        #expect(
            Augmentation.none.draw(seed: 1, epoch: 2, sample: 3, width: 64, height: 64) == PictureChange(),
            "without ranges nothing changes")
    }

    @Test func `Shifts from 1 on are pixels`() {
        let pixels = Augmentation(widthShiftRange: 3)
        let shifts = (0..<200).map { pixels.draw(seed: 0, epoch: 0, sample: $0, width: 500, height: 9).affine.tx }
        #expect(shifts.allSatisfy { abs($0) <= 3 } && shifts.contains { abs($0) > 2.5 })
    }

    @Test func `It is stored under Keras' names`() throws {
        let data = try JSONEncoder().encode(Augmentation.guide)
        let text = String(decoding: data, as: UTF8.self)
        for name in [
            "rotation_range", "width_shift_range", "height_shift_range", "shear_range", "zoom_range", "horizontal_flip",
            "fill_mode",
        ] { #expect(text.contains("\"\(name)\"")) }
        #expect(try JSONDecoder().decode(Augmentation.self, from: data) == .guide)
    }

    @Test(arguments: [
        Augmentation(rotationRange: -1), Augmentation(zoomRange: 1), Augmentation(shearRange: 90),
        Augmentation(widthShiftRange: .nan), Augmentation(heightShiftRange: .infinity),
    ])
    func `Ranges that make no sense are an error`(augmentation: Augmentation) {
        #expect(throws: DatasetError.self) { try augmentation.validate() }
    }

    private let everything = Augmentation(
        rotationRange: 10, verticalFlip: true, brightnessRange: 0.5...1.5, channelShiftRange: 30, fillMode: .constant,
        fillValue: 9, randomResizedCrop: .init(),
        colorJitter: .init(brightness: 0.4, contrast: 0.3, saturation: 0.2, hue: 0.1),
        randomErasing: .init(), policy: .init(.randAugment, operations: 3, magnitude: 12), mixupAlpha: 0.2,
        cutmixAlpha: 1)

    @Test func `All of it goes through JSON, and what a file leaves out changes nothing`() throws {
        for augmentation in [everything, .light, .strong, .none] {
            let data = try JSONEncoder().encode(augmentation)
            #expect(try JSONDecoder().decode(Augmentation.self, from: data) == augmentation)
        }
        let old = Data(#"{"rotation_range": 20, "horizontal_flip": true, "fill_mode": "nearest"}"#.utf8)
        let expected = Augmentation(rotationRange: 20, horizontalFlip: true)
        #expect(try JSONDecoder().decode(Augmentation.self, from: old) == expected)
    }

    @Test func `What is switched on leaves other draws in their places`() {
        func draw(_ augmentation: Augmentation) -> PictureChange {
            augmentation.draw(seed: 5, epoch: 1, sample: 8, width: 40, height: 30)
        }
        let all = draw(everything)
        var less = everything
        less.brightnessRange = nil
        less.randomErasing = nil
        less.colorJitter.hue = 0
        var expected = all
        expected.erased = nil
        expected.colors.removeAll {
            if case .hue = $0 { return true }
            return false
        }
        let first = expected.colors.firstIndex {
            if case .brightness = $0 { return true }
            return false
        }
        if let first { expected.colors.remove(at: first) }
        #expect(draw(less) == expected)
        #expect(all.affine.theta == Double(draw(Augmentation(rotationRange: 10)).affine.theta))
    }

    @Test func `Draws have their ranges, and all that can happen does`() {
        let draws = (0..<2000).map { everything.draw(seed: 1, epoch: 0, sample: $0, width: 60, height: 40) }
        #expect(abs(draws.count { $0.affine.isFlippedVertically } - 1000) < 100)
        for case let crop? in draws.map(\.crop) {
            #expect(crop.left >= 0 && crop.top >= 0 && crop.left + crop.width <= 60 && crop.top + crop.height <= 40)
            let area = Double(crop.width * crop.height) / 2400
            #expect(0.06...1 ~= area, "torchvision's 0.08, with sides rounded to pixels")
        }
        let areas = draws.compactMap(\.crop).map { Double($0.width * $0.height) / 2400 }
        #expect(areas.count == 2000 && 0.35...0.55 ~= areas.reduce(0, +) / 2000, "large parts often do not fit")
        let erased = draws.compactMap(\.erased)
        #expect(abs(erased.count - 1000) < 120, "every second picture")
        #expect(erased.allSatisfy { $0.left + $0.width <= 60 && $0.top + $0.height <= 40 })
        #expect(Set(draws.map(\.movements.count)).count == 4, "none to three of three operations move pixels")
        var factors: [Float] = []
        for draw in draws {
            if case .brightness(let factor)? = draw.colors.dropFirst().first { factors.append(factor) }
        }
        #expect(factors.allSatisfy { 0.5...1.5 ~= $0 } && (factors.max() ?? 0) > 1.45 && (factors.min() ?? 9) < 0.55)
        let views = Set(
            (0..<5).map { "\(everything.draw(seed: 1, epoch: 0, sample: 3, occurrence: $0, width: 9, height: 9))" })
        #expect(views.count == 5, "a picture that comes several times an epoch comes in other views")
    }

    @Test func `Numbers of keys differ when changes do`() {
        let changes = [
            PictureChange(), PictureChange(affine: AffineParameters(isFlipped: true)),
            PictureChange(affine: AffineParameters(isFlippedVertically: true)), PictureChange(fill: .init(.reflect)),
            PictureChange(fill: .init(.constant)), PictureChange(fill: .init(.constant, value: 1)),
            PictureChange(crop: PixelRectangle(left: 1, top: 2, width: 3, height: 4)),
            PictureChange(erased: PixelRectangle(left: 1, top: 2, width: 3, height: 4)),
            PictureChange(movements: [.shearX(1)]), PictureChange(movements: [.shearY(1)]),
            PictureChange(movements: [.translateX(1)]), PictureChange(movements: [.translateY(1)]),
            PictureChange(movements: [.rotate(1)]), PictureChange(colors: [.brightness(1)]),
            PictureChange(colors: [.contrast(1)]), PictureChange(colors: [.saturation(1)]),
            PictureChange(colors: [.hue(1)]), PictureChange(colors: [.sharpness(1)]),
            PictureChange(colors: [.posterize(bits: 1)]), PictureChange(colors: [.solarize(threshold: 1)]),
            PictureChange(colors: [.autoContrast]), PictureChange(colors: [.equalize]),
            PictureChange(colors: [.channelShift(1)]), PictureChange(colors: [.hue(1), .contrast(1)]),
        ]
        #expect(Set(changes.map(\.numbers)).count == changes.count)
    }

    @Test(arguments: [
        Augmentation(brightnessRange: -1...1), Augmentation(channelShiftRange: 256), Augmentation(fillValue: -1),
        Augmentation(randomResizedCrop: .init(scale: 0...1)), Augmentation(colorJitter: .init(hue: 0.6)),
        Augmentation(randomErasing: .init(probability: 2)), Augmentation(policy: .init(.randAugment, magnitude: 31)),
        Augmentation(policy: .init(.randAugment, operations: 0)), Augmentation(mixupAlpha: -1),
        Augmentation(cutmixAlpha: .nan),
    ])
    func `Numbers beyond what they may be are an error`(augmentation: Augmentation) {
        #expect(throws: DatasetError.self) { try augmentation.validate() }
    }
}
