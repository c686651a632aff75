import Foundation
import Ocellus
import Synchronization

/// Looks at the pictures that are left, one thread in the background: finds those that cannot be read, and asks a model, if
/// there is one, what the others show.
final class SuggestingModel: Sendable {
    /// What a person sees of it.
    struct Status: Sendable, Equatable {
        /// How the model is called; nil without one.
        var name: String?
        /// Counts the models.
        var generation = 0
        /// What went wrong with it.
        var problem: String?
    }

    private struct Work {
        var status = Status()
        /// A model that is to take the place of the present one.
        var new: (model: Model, name: String)?
        var isStopped = false
    }

    private let session: LabellingSession
    private let settings: LabellingSettings
    private let work = Mutex(Work())

    /// Pictures that a model sees at once.
    private static let batch = 16

    init(_ session: LabellingSession, _ settings: LabellingSettings) {
        (self.session, self.settings) = (session, settings)
    }

    var status: Status { work.withLock(\.status) }

    /// Begins; a model may come at once or later.
    func start() {
        let thread = Thread { self.run() }
        thread.name = "suggestions"
        thread.start()
    }

    func stop() { work.withLock { $0.isStopped = true } }

    /// Takes another model, whose suggestions replace those of the present one.
    func use(_ model: Model, name: String) { work.withLock { $0.new = (model, name) } }

    private func run() {
        var predictor: Predictor?
        var places: [Int?] = []
        var order: [Int] = []
        while true {
            let (new, isStopped) = work.withLock { work in
                defer { work.new = nil }
                return (work.new, work.isStopped)
            }
            if isStopped { return }
            if let new {
                do {
                    // The old one is let go first: two take twice the memory.
                    predictor = nil
                    places = Suggestion.places(of: new.model.classes, in: session.classes) ?? []
                    let device = try ChosenDevice(
                        settings.device, threads: settings.threads, memoryLimit: settings.memoryLimit)
                    predictor = try Predictor(new.model, backend: device.backend, capacity: Self.batch)
                    begin(name: new.name, problem: nil)
                } catch {
                    begin(name: new.name, problem: "\(error)")
                }
                order = []
            }
            if order.isEmpty { order = session.unexamined() }
            guard !order.isEmpty else {
                Thread.sleep(forTimeInterval: 0.1)
                continue
            }
            examine(order.suffix(Self.batch), predictor, places)
            order.removeLast(min(Self.batch, order.count))
        }
    }

    private func begin(name: String, problem: String?) {
        let generation = session.forgetSuggestions()
        work.withLock { $0.status = Status(name: name, generation: generation, problem: problem) }
    }

    private func examine(_ ids: some Sequence<Int>, _ predictor: Predictor?, _ places: [Int?]) {
        var read: [(id: Int, image: RGBImage)] = []
        for id in ids {
            do {
                read.append((id, try RGBImage.decode(contentsOf: session.file(of: id))))
            } catch let error as ImageError {
                session.note(problem: ImageError(name: session.pictures[id], reason: error.reason).description, of: id)
                session.note(nil, of: id)
            } catch {
                session.note(problem: "\(session.pictures[id]): \(error)", of: id)
                session.note(nil, of: id)
            }
        }
        guard let predictor else {
            for picture in read { session.note(nil, of: picture.id) }
            return
        }
        do {
            let answers = try predictor.probabilities(of: read.map(\.image))
            for (picture, answer) in zip(read, answers) {
                session.note(Suggestion(probabilities: answer, places: places), of: picture.id)
            }
        } catch {
            work.withLock { $0.status.problem = "\(error)" }
            for picture in read { session.note(nil, of: picture.id) }
        }
    }
}

extension LabellingSession {
    /// The pictures that are left and were not looked at for the present model, in an order that has nothing to do with their
    /// names, so that the first hundreds speak for all.
    func unexamined() -> [Int] {
        let random = Philox(seed: 0)
        return state.withLock { state in
            state.pictures.indices.filter {
                !state.pictures[$0].isExamined && state.pictures[$0].mark == nil && state.pictures[$0].problem == nil
            }
        }.map { ($0, random.block(element: $0, sample: 0, step: 0, purpose: .shuffle)[0]) }
            .sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.0)
    }

    /// Notes what the model says of a picture; nil when it says nothing.
    func note(_ suggestion: Suggestion?, of picture: Int) {
        state.withLock {
            $0.pictures[picture].suggestion = suggestion
            $0.pictures[picture].isExamined = true
        }
    }

    /// Makes room for another model's suggestions.
    ///
    /// - Returns: the number of the model.
    func forgetSuggestions() -> Int {
        state.withLock { state in
            state.generation += 1
            for id in state.pictures.indices {
                state.pictures[id].suggestion = nil
                state.pictures[id].isExamined = false
            }
            return state.generation
        }
    }
}
