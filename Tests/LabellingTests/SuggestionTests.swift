import Foundation
import Ocellus
import OcellusLabelling
import Testing

@Suite("A model that suggests labels")
struct SuggestionTests {
    @Test("is the less sure the nearer its two best classes are")
    func uncertainty() {
        let sure = Suggestion(probabilities: [0.9, 0.05, 0.05], places: [0, 1, 2])
        let torn = Suggestion(probabilities: [0.1, 0.44, 0.46], places: [0, 1, 2])
        #expect(abs(sure.uncertainty - 0.15) < 1e-6 && abs(torn.uncertainty - 0.98) < 1e-6)
        #expect(torn.candidates.map(\.class) == [2, 1, 0])
    }

    @Test("suggests only classes that the person labels with, though others make it less sure")
    func foreignClasses() {
        let suggestion = Suggestion(probabilities: [0.5, 0.4, 0.1], places: [nil, 1, 0])
        #expect(suggestion.candidates.map(\.class) == [1, 0] && suggestion.candidates.map(\.confidence) == [0.4, 0.1])
        #expect(abs(suggestion.uncertainty - 0.9) < 1e-6)
    }

    /// A model of the guide's kind that was trained for a moment on dark and light pictures.
    private func model(_ folder: TemporaryPictures) throws -> String {
        let dark = (0..<20).map { "in/p\($0).png,dark\n" }.joined()
        let light = (20..<40).map { "in/p\($0).png,light\n" }.joined()
        let data = folder.path + "/train.csv"
        try Data(("file,class\n" + dark + light).utf8).write(to: URL(fileURLWithPath: data))
        let job = try TrainingJob(
            TrainingSettings(
                data: data, output: folder.path + "/first", size: 16, features: .memory,
                options: TrainingOptions(epochs: 3, batchSize: 8), device: .cpu))
        _ = try job.train()
        return folder.path + "/first/model"
    }

    private func wait(_ what: String, until isSo: () -> Bool) throws {
        for _ in 0..<1200 {
            if isSo() { return }
            Thread.sleep(forTimeInterval: 0.05)
        }
        try #require(isSo(), "\(what)")
    }

    @Test("asks for the least certain first, finds what cannot be read, and is replaced by one trained on the labels")
    func wholeWay() throws {
        let folder = try TemporaryPictures(40, broken: "zz.jpg")
        var settings = folder.settings
        settings.model = try model(folder)
        settings.runs = folder.path + "/runs"
        settings.device = .cpu
        settings.classes = nil
        let labelling = try Labelling(settings)
        defer { labelling.stop() }
        let session = labelling.session
        #expect(session.classes == ["dark", "light"])
        try wait("all pictures are looked at") { session.counts.suggested == 40 && session.counts.unreadable == 1 }
        #expect(labelling.status.model == settings.model && labelling.status.modelProblem == nil)
        let asked = session.next(99)
        #expect(asked.count == 40)
        let doubts = asked.map { picture in 1 - (picture.suggestions[0].confidence - picture.suggestions[1].confidence)
        }
        #expect(zip(doubts, doubts.dropFirst()).allSatisfy { $0 >= $1 })
        for place in 0..<2 {
            let sure = try session.pictures(.suggested(place), count: 99).pictures
            #expect(sure.allSatisfy { $0.suggestions[0].class == place })
            #expect(
                zip(sure, sure.dropFirst()).allSatisfy { $0.suggestions[0].confidence >= $1.suggestions[0].confidence })
        }

        // Too few labels: it is told, and labelling goes on.
        try labelling.retrain()
        try wait("it fails") { !labelling.status.isTraining }
        #expect(!labelling.status.trainingMessage.isEmpty && labelling.status.generation == 1)

        for id in 0..<40 where id % 2 == 0 {
            let seen = SeenPicture(id: id, version: try session.picture(id).version)
            #expect(try session.mark([seen], as: .label(id < 20 ? "dark" : "light"), tab: "a") == [])
        }
        try labelling.retrain()
        #expect(throws: LabellingError.alreadyTraining) { try labelling.retrain() }
        let seen = SeenPicture(id: 1, version: try session.picture(1).version)
        #expect(try session.mark([seen], as: .label("dark"), tab: "a") == [], "labels are taken while it trains")
        try wait("it is ready") { !labelling.status.isTraining && labelling.status.generation == 2 }
        #expect(labelling.status.model?.hasSuffix("runs/label-1") == true, "\(labelling.status.trainingMessage)")
        try wait("the new model has looked at all that is left") { session.counts.suggested == 19 }
        #expect(try Model(contentsOf: folder.path + "/runs/label-1/model").classes == ["dark", "light"])
    }

    @Test("may know none of the classes: it suggests nothing, and can be retrained")
    func strange() throws {
        let folder = try TemporaryPictures(40)
        var settings = folder.settings
        settings.model = try model(folder)
        settings.classes = ["one", "two"]
        settings.device = .cpu
        let labelling = try Labelling(settings)
        defer { labelling.stop() }
        #expect(labelling.remarks.contains { $0.contains("suggests nothing") })
        #expect(labelling.status.canTrain && labelling.status.model == nil)
        settings.model = folder.path
        #expect(throws: (any Error).self) { try Labelling(settings) }
    }
}
