import OcellusTracking
import Testing

@Suite("Results of pictures tell precision, recall and calibration")
struct PictureResultsTests {
    private func results(_ rows: [(label: Int, second: Float)]) -> PictureResults {
        PictureResults(
            classes: ["a", "b"],
            entries: rows.enumerated().map { place, row in
                PictureResults.Entry(
                    file: "\(place)", label: row.label, probabilities: [1 - row.second, row.second],
                    loss: Float(place))
            })
    }

    @Test("Average precision is scikit-learn's")
    func averagePrecision() {
        // sklearn.metrics.average_precision_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) is 0.8333….
        let results = results([(0, 0.1), (0, 0.4), (1, 0.35), (1, 0.8)])
        #expect(abs(results.averagePrecision(of: 1) - 5.0 / 6) < 1e-12)
        #expect(results.precisionRecall(of: 1).map(\.recall) == [0.5, 0.5, 1, 1])
        // Equal probabilities are one threshold: its points do not depend on the order of the pictures.
        let tied = self.results([(1, 0.5), (0, 0.5)])
        #expect(tied.precisionRecall(of: 1).map(\.precision) == [0.5])
    }

    @Test("The calibration error is the bins' distance from the diagonal, weighted by their pictures")
    func calibration() {
        // Two of confidence 0.9, one right; two of 0.6, both right.
        let results = results([(1, 0.9), (0, 0.9), (1, 0.6), (0, 0.4)])
        #expect(results.accuracy == 0.75)
        #expect(abs(results.reliability.expectedCalibrationError - (0.5 * 0.4 + 0.5 * 0.4)) < 1e-6)
    }

    @Test("Wilson's bounds hold the accuracy, and are those of the textbook")
    func bounds() {
        let results = results((0..<10).map { (1, $0 < 8 ? 0.9 : 0.1) })
        #expect(abs(results.accuracyBounds.lowerBound - 0.4901625) < 1e-5)
        #expect(abs(results.accuracyBounds.upperBound - 0.9433178) < 1e-5)
    }

    @Test("Mistakes come by their loss, and equal probabilities go to the first class")
    func mistakes() {
        let results = results([(0, 0.9), (1, 0.5), (1, 0.7), (0, 0.8)])
        #expect(results.mistakes.map(\.file) == ["3", "1", "0"])
        #expect(results.entries(of: 1, takenFor: 0).map(\.file) == ["1"])
    }
}
