import Foundation
import Ocellus
import Testing

@Suite("Learning-rate schedules") struct ScheduleTests {
    /// What another library's schedule gave, as `Golden/make_schedules.py` wrote it down.
    struct Golden: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let rates: [Double]
        let epochSteps: Int
        let losses: [Double]
        let momenta: [Double]?
        let settings: Settings

        struct Settings: Decodable, Sendable {
            var curve: LearningRateSchedule.Curve
            var factor: Float?
            var epochs: [Int]?
            var minimum: Float?
            var patience: Int?
            var warmUpEpochs: Float?
            var warmUpStart: Float?
        }

        var testDescription: String { name }

        static let all: [Golden] = {
            guard let url = Bundle.module.url(forResource: "schedules", withExtension: "json", subdirectory: "Golden"),
                let cases = try? JSONDecoder().decode([Golden].self, from: Data(contentsOf: url))
            else { return [] }
            return cases
        }()
    }

    private func schedule(_ settings: Golden.Settings) -> LearningRateSchedule {
        LearningRateSchedule(
            settings.curve, factor: settings.factor, epochs: settings.epochs, minimum: settings.minimum ?? 0,
            patience: settings.patience ?? 10, warmUpEpochs: settings.warmUpEpochs ?? 0,
            warmUpStart: settings.warmUpStart ?? 0.01)
    }

    @Test("their golden file is there") func goldenFile() { #expect(Golden.all.count >= 15) }

    @Test("ten steps are PyTorch's, timm's and Keras'", arguments: Golden.all) func tenSteps(_ golden: Golden) throws {
        let schedule = schedule(golden.settings)
        try schedule.validate()
        #expect(golden.rates.count == 10)
        for (step, expected) in golden.rates.enumerated() {
            let rate = schedule.learningRate(
                0.1, step: step, epochSteps: golden.epochSteps, epochs: 10 / golden.epochSteps,
                losses: Array(golden.losses.prefix(step / golden.epochSteps)))
            #expect(abs(Double(rate) - expected) <= 1e-6 * expected + 1e-12, "step \(step): \(rate), not \(expected)")
            let momentum = schedule.momentum(step: step, epochSteps: golden.epochSteps, epochs: 10 / golden.epochSteps)
            guard let wanted = golden.momenta?[step] else {
                #expect(momentum == nil)
                continue
            }
            #expect(
                abs(Double(momentum ?? 0) - wanted) <= 1e-6, "step \(step): momentum \(momentum ?? 0), not \(wanted)")
        }
    }

    @Test("a warm-up may take a part of an epoch") func partOfAnEpoch() {
        let schedule = LearningRateSchedule(warmUpEpochs: 0.5, warmUpStart: 0.5)
        let rates = (0..<5).map { schedule.learningRate(1, step: $0, epochSteps: 4, epochs: 2, losses: []) }
        #expect(rates == [0.5, 0.75, 1, 1, 1])
    }

    @Test(
        "settings out of their range are errors that name them",
        arguments: [
            (LearningRateSchedule(.step, factor: 0), "factor"), (LearningRateSchedule(.step, factor: .nan), "factor"),
            (LearningRateSchedule(.step, epochs: [2, 3]), "one number"),
            (LearningRateSchedule(.multiStep), "the epochs"),
            (LearningRateSchedule(.multiStep, epochs: [3, 2]), "in order"),
            (LearningRateSchedule(.cosine, minimum: -1), "minimum"),
            (LearningRateSchedule(warmUpEpochs: -1), "warm-up"), (LearningRateSchedule(warmUpStart: 0), "warm-up"),
            (LearningRateSchedule(.oneCycle, warmUpEpochs: 1), "one-cycle"),
        ]) func errors(_ schedule: LearningRateSchedule, _ words: String)
    {
        #expect { try schedule.validate() } throws: { "\($0)".contains(words) }
    }
}
