import Foundation
import Ocellus
import Testing

@Suite("Calibration") struct CalibrationTests {
    /// Logits of which labels are drawn at a temperature, and what a softmax of them gives.
    private func drawn(temperature: Double, pictures: Int = 4000, classes: Int = 4) -> (
        probabilities: [Float], losses: [Float], labels: [Int32]
    ) {
        var random = PhiloxSequence(seed: 5, purpose: .rendering)
        var (probabilities, losses, labels): ([Float], [Float], [Int32]) = ([], [], [])
        for _ in 0..<pictures {
            let logits = (0..<classes).map { _ in Double(random.nextUniform(in: -6...6)) }
            func softmax(_ scale: Double) -> [Double] {
                let powers = logits.map { exp($0 / scale) }
                return powers.map { $0 / powers.reduce(0, +) }
            }
            let (model, truth) = (softmax(1), softmax(temperature))
            var rest = Double(random.nextUniform())
            let label = truth.firstIndex { probability in
                rest -= probability
                return rest < 0
            }
            labels.append(Int32(label ?? classes - 1))
            probabilities += model.map(Float.init)
            losses.append(Float(-log(model[label ?? classes - 1])))
        }
        return (probabilities, losses, labels)
    }

    @Test("a temperature is found again by which labels were drawn", arguments: [0.5, 1, 2, 5])
    func recovery(temperature: Double) {
        let (probabilities, losses, labels) = drawn(temperature: temperature)
        let found = TemperatureScaling.fit(probabilities, losses: losses, labels: labels)
        #expect(abs(found.temperature / temperature - 1) < 0.1, "\(found.temperature)")
    }

    @Test("it lies where the cross-entropy is least") func minimum() {
        let (probabilities, losses, labels) = drawn(temperature: 3, pictures: 2000)
        let best = TemperatureScaling.fit(probabilities, losses: losses, labels: labels).temperature
        func loss(_ temperature: Double) -> Double {
            labels.indices.reduce(0) { sum, picture in
                let row = Calibration(temperature: temperature).calibrated(probabilities[picture * 4..<picture * 4 + 4])
                return sum - log(Double(row[Int(labels[picture])]))
            }
        }
        #expect(loss(best) < loss(best * 1.1) && loss(best) < loss(best / 1.1) && loss(best) < loss(1))
    }

    @Test("a temperature that a few pictures cannot tell from 1 is left at 1") func chance() {
        let few = drawn(temperature: 1.1, pictures: 200)
        #expect(TemperatureScaling.fit(few.probabilities, losses: few.losses, labels: few.labels).temperature == 1)
        let many = drawn(temperature: 1.1, pictures: 20000)
        #expect(TemperatureScaling.fit(many.probabilities, losses: many.losses, labels: many.labels).temperature > 1.05)
    }

    @Test("a model that is always right, always wrong, or was asked nothing gives a temperature all the same")
    func extremes() {
        let right = TemperatureScaling.fit([0.9, 0.1, 0.2, 0.8], losses: [0.105, 0.223], labels: [0, 1])
        // Ten times each: twice alone could be chance.
        let wrong = TemperatureScaling.fit(
            (0..<10).flatMap { _ -> [Float] in [0.9, 0.1, 0.2, 0.8] },
            losses: (0..<10).flatMap { _ -> [Float] in [2.3, 1.6] },
            labels: (0..<10).flatMap { _ -> [Int32] in [1, 0] })
        let sure = TemperatureScaling.fit([1, 0, 1, 0], losses: [0, 200], labels: [0, 1])
        for found in [right, wrong, sure] { #expect(Calibration.temperatures.contains(found.temperature)) }
        #expect(wrong.temperature > 10)
        // Right 50 times of 50: 51 of 52 is what that says.
        let probabilities = (0..<50).flatMap { _ -> [Float] in [0.9999, 0.0001] }
        let perfect = TemperatureScaling.fit(
            probabilities, losses: [Float](repeating: 0.0001, count: 50), labels: [Int32](repeating: 0, count: 50))
        #expect(abs(perfect.calibrated(probabilities.prefix(2))[0] - 51.0 / 52) < 1e-3)
        #expect(TemperatureScaling.fit([], losses: [], labels: []).temperature == 1)
    }

    @Test("calibrated probabilities sum to 1, keep their order, and are as they were at 1") func probabilities() {
        let row: [Float] = [0.7, 0.2, 0.1, 0]
        #expect(zip(Calibration(temperature: 1).calibrated(row), row).allSatisfy { abs($0 - $1) < 1e-6 })
        for temperature in [0.01, 0.5, 3, 100] {
            let found = Calibration(temperature: temperature).calibrated(row)
            #expect(abs(found.reduce(0, +) - 1) < 1e-5)
            #expect(found[0] > found[1] && found[1] >= found[2] && found[2] >= found[3])
        }
    }

    @Test("the expected calibration error is that of the definition") func reliability() {
        var reliability = Reliability(count: 10)
        // Two bins: 0.9 right in 3 of 4, 0.5 right in 1 of 2.
        for isRight in [true, true, true, false] { reliability.add(confidence: 0.95, isRight: isRight) }
        for isRight in [true, false] { reliability.add(confidence: 0.55, isRight: isRight) }
        #expect(abs(reliability.expectedCalibrationError - (4 * 0.2 + 2 * 0.05) / 6) < 1e-6)
        #expect(Reliability().expectedCalibrationError == 0)
        reliability.add(confidence: 0, isRight: false)
        reliability.add(confidence: 1, isRight: true)
        #expect(reliability.bins[0].images == 1 && reliability.bins[9].images == 5)
    }

    @Test("a threshold keeps as many answers as are right as often as is wanted") func rejection() throws {
        let answers: [(confidence: Float, isRight: Bool)] = [
            (0.9, true), (0.8, true), (0.7, false), (0.6, true), (0.6, true), (0.3, false), (0.2, false),
        ]
        let threshold = try #require(RejectionThreshold(precision: 0.8, answers: answers))
        #expect(threshold.confidence == 0.6 && threshold.precision == 0.8)
        #expect(abs(threshold.coverage - 5.0 / 7) < 1e-9)
        #expect(RejectionThreshold(precision: 1, answers: answers)?.confidence == 0.8)
        #expect(RejectionThreshold(precision: 0.5, answers: answers)?.confidence == 0.2)
        #expect(RejectionThreshold(precision: 0.9, answers: [(0.9, false), (0.8, true)]) == nil)
        #expect(RejectionThreshold(precision: 0.9, answers: []) == nil)
    }
}
