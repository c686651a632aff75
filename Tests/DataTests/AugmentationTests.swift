import Foundation
import OcellusData
import Testing

@Suite struct AugmentationTests {
    private let draws = (0..<4000).map {
        Augmentation.guide.draw(seed: 3, epoch: $0 / 1000, sample: $0 % 1000, width: 200, height: 100)
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
            Augmentation.guide.draw(seed: seed, epoch: epoch, sample: sample, width: 64, height: 64)
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
        #expect(unflipped.draw(seed: 1, epoch: 2, sample: 3, width: 64, height: 64) == expected)
        #expect(
            Augmentation.none.draw(seed: 1, epoch: 2, sample: 3, width: 64, height: 64) == AffineParameters(),
            "without ranges nothing changes")
    }

    @Test func `Shifts from 1 on are pixels`() {
        let pixels = Augmentation(widthShiftRange: 3)
        let shifts = (0..<200).map { pixels.draw(seed: 0, epoch: 0, sample: $0, width: 500, height: 9).tx }
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
}
