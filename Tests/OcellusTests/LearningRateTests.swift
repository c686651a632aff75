import Foundation
import Ocellus
import Testing

@Suite("The learning rate range test") struct LearningRateTests {
    private func test(_ losses: [Double]) -> LearningRateTest {
        let points = losses.enumerated().map { step, loss in
            let exponent = -6 + 6 * Double(step) / Double(max(losses.count - 1, 1))
            return LearningRateTest.Point(learningRate: Float(pow(10, exponent)), loss: loss, smoothedLoss: loss)
        }
        return LearningRateTest(points: points, hasDiverged: true)
    }

    /// Flat, then down, then up steeply.
    private var usual: [Double] {
        (0..<100).map { step in
            switch step {
            case ..<40: 1.0 + 0.001 * Double(step % 2)
            case ..<80: 1 - Double(step - 39) * 0.02
            default: 0.2 + pow(1.5, Double(step - 80)) - 1
            }
        }
    }

    @Test("suggests a rate in the descent") func suggestions() throws {
        let test = test(usual)
        let (valley, steepest) = (try #require(test.valley), try #require(test.steepest))
        // Steps 40 to 79 are rates from 2.6e-4 to 6.1e-2.
        #expect(valley > 5e-4 && valley < 3e-2, "\(valley)")
        #expect(steepest >= 2e-4 && steepest < 7e-2, "\(steepest)")
        #expect(test.suggestion == LearningRateTest.rounded(valley))
        #expect(LearningRateTest.rounded(0.0012345) == 0.0012)
    }

    @Test("suggests nothing where the loss never falls, and little from few points") func nothing() {
        #expect(test((0..<50).map(Double.init)).suggestion == nil)
        #expect(test([1]).suggestion == nil)
        #expect(LearningRateTest(points: [], hasDiverged: true).suggestion == nil)
    }

    @Test("is drawn as text and as SVG") func plot() throws {
        let plot = try #require(LearningRatePlot(test(usual)))
        let text = plot.text(width: 60, height: 10)
        #expect(text.split(separator: "\n").count == 13 && text.contains("1e-3") && text.contains("V"))
        let svg = plot.svg
        #expect(svg.hasPrefix("<svg") && svg.contains("polyline") && svg.contains("valley") && !svg.contains("nan"))
        #expect(LearningRatePlot(test([1])) == nil)
        let narrow = LearningRateTest(
            points: [0.002, 0.003, 0.004].map { .init(learningRate: $0, loss: 1, smoothedLoss: 1) }, hasDiverged: false)
        #expect(LearningRatePlot(narrow)?.text().contains("│") == true)
    }

    @Test("finds a rate on pictures, the same one every time, and leaves nothing behind; auto takes it") func pictures()
        throws
    {
        let folder = try TemporaryFolder()
        try ConveyorParts.write(to: folder("data"), imagesPerClass: 20, size: 40)
        var choices = TrainingChoices()
        choices.size = 32
        choices.batch = 10
        choices.epochs = 1
        choices.device = .cpu
        choices.learningRate = .auto
        let before = try FileManager.default.contentsOfDirectory(atPath: folder("")).sorted()
        let settings = try TrainingSettings(choices, data: folder("data"), output: folder("run"))
        var steps = 0
        let test = try LearningRateTest(settings, steps: 60, progress: { _, _ in steps += 1 })
        #expect(steps == test.points.count && steps > 20)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder("")).sorted() == before)
        let suggestion = try #require(test.suggestion)
        #expect(suggestion > 1e-6 && suggestion < 1)
        #expect(try LearningRateTest(settings, steps: 60) == test)
        let job = try TrainingJob(settings)
        #expect(try job.description.options.optimizer.learningRate == LearningRateTest(settings).suggestion)
        #expect(throws: TrainingError.self) { try LearningRateTest(settings, range: 1e-7...1, steps: 3) }
    }
}
