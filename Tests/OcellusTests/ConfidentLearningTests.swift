import Ocellus
import Testing

@Suite struct ConfidentLearningTests {
    @Test func `A label is doubted when another class is as likely as is usual for that class`() {
        // Usual confidences: class 0 (0.9 + 0.8 + 0.1) / 3 = 0.6; class 1 (0.7 + 0.9 + 0.45) / 3 = 0.683.
        let labels = [0, 0, 0, 1, 1, 1]
        let probabilities: [[Float]] = [
            [0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.3, 0.7], [0.1, 0.9], [0.55, 0.45],
        ]
        let doubts = ConfidentLearning(labels: labels, probabilities: probabilities, classCount: 2).doubts
        #expect(doubts.map(\.sample) == [2] && doubts[0].suggestion == 1 && doubts[0].confidence == 0.9)
        // The last one is 0.55 of class 0, less than usual; with 0.7 it is doubted, less than the other.
        var other = probabilities
        other[5] = [0.7, 0.3]
        #expect(
            ConfidentLearning(labels: labels, probabilities: other, classCount: 2).doubts.map(\.sample) == [2, 5])
    }

    @Test func `A class that no picture has is suggested to nobody`() {
        let doubts = ConfidentLearning(
            labels: [0, 0], probabilities: [[0.1, 0.1, 0.8], [0.9, 0.1, 0]], classCount: 3
        ).doubts
        #expect(doubts.isEmpty)
    }
}
