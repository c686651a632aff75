import OcellusGraph
import OcellusImages

/// A model on a device, ready to classify pictures.
public final class Predictor {
    /// The model.
    public let model: Model
    /// The most pictures that are classified at once.
    public let capacity: Int

    /// What times each operation, and the work around them; nil for nothing.
    public var profiler: Profiler? {
        didSet { for plan in plans { plan.profiler = profiler } }
    }

    /// For as many as there may be at once; and for one alone, for which other algorithms are the quickest.
    private let plans: [Plan]
    /// The inputs of a batch; as many as there have been at once.
    private var input: [Float] = []

    /// Puts a model's weights on a device and prepares its network.
    ///
    /// - Parameter capacity: the most pictures that are classified at once; more are taken in turns.
    /// - Throws: `GraphError`, `ModelError`, `BackendError`.
    public init(_ model: Model, backend: any Backend, capacity: Int = 1) throws {
        self.model = model
        self.capacity = min(max(1, capacity), Plan.capacities.upperBound)
        var graph = try model.network.inferenceGraph()
        let parameters = try ParameterStore(forInferenceOf: &graph, weights: model.weights, backend: backend)
        var plans = [try Plan(graph, capacity: self.capacity, parameters: parameters, parametersAreConstant: true)]
        if self.capacity > 1 {
            plans.append(
                try Plan(
                    graph, capacity: 1, parameters: parameters, parametersAreConstant: true,
                    sharingMemoryOf: plans[0]))
        }
        self.plans = plans
    }

    /// The probability of each class for each picture, in the classes' order, calibrated if the model is.
    ///
    /// - Throws: `BackendError`.
    public func probabilities(of images: [RGBImage]) throws -> [[Float]] {
        try probabilities(count: images.count) { place, target in
            profiler.measure("resize") {
                model.preprocessing.normalize(model.preprocessing.resized(images[place]), into: target)
            }
        }
    }

    /// The probability of each class for each input, in the classes' order.
    ///
    /// - Parameter inputs: pictures as ``Preprocessing`` makes them, `[height, width, 3]` each.
    /// - Throws: `GraphError` when one has another number of values; `BackendError`.
    public func probabilities(ofInputs inputs: [[Float]]) throws -> [[Float]] {
        let valueCount = model.preprocessing.valueCount
        for input in inputs where input.count != valueCount {
            throw GraphError("an input has \(input.count) values; the network takes \(valueCount)")
        }
        return try probabilities(count: inputs.count) { place, target in
            _ = target.update(fromContentsOf: inputs[place])
        }
    }

    private func probabilities(
        count total: Int, fill: (_ place: Int, _ target: UnsafeMutableBufferPointer<Float>) -> Void
    ) throws -> [[Float]] {
        var results: [[Float]] = []
        let classes = model.classes.count
        let valueCount = model.preprocessing.valueCount
        for start in stride(from: 0, to: total, by: capacity) {
            let count = min(capacity, total - start)
            let plan = count == 1 ? plans[plans.count - 1] : plans[0]
            if input.count < count * valueCount { input = [Float](repeating: 0, count: count * valueCount) }
            try input.withUnsafeMutableBufferPointer { buffer in
                for place in 0..<count {
                    fill(
                        start + place,
                        UnsafeMutableBufferPointer(rebasing: buffer[place * valueCount..<(place + 1) * valueCount]))
                }
                try plan.write(UnsafeBufferPointer(rebasing: buffer[..<(count * valueCount)]), toInput: "images")
            }
            try plan.run(Invocation(count: count))
            let values = try plan.read("probabilities", count: count)
            for place in 0..<count {
                let row = values[place * classes..<(place + 1) * classes]
                results.append(model.calibration?.calibrated(row) ?? Array(row))
            }
        }
        return results
    }

    /// What a picture shows: the likeliest classes, best first.
    ///
    /// - Parameter top: how many classes; fewer when the model has not so many.
    public func predict(_ image: RGBImage, top: Int = 1) throws -> Prediction {
        Prediction(probabilities: try probabilities(of: [image])[0], classes: model.classes, top: top)
    }
}

/// What a picture shows, as a model sees it.
public struct Prediction: Sendable, Equatable, Encodable {
    /// One class and how probable it is.
    public struct Candidate: Sendable, Equatable, Encodable {
        /// The class.
        public let name: String
        /// Its probability, 0…1.
        public let confidence: Float

        private enum CodingKeys: String, CodingKey {
            case name = "class"
            case confidence
        }
    }

    /// The likeliest classes, best first; at least one.
    public let top: [Candidate]
    /// The likeliest class.
    public var name: String { top[0].name }
    /// Its probability, 0…1.
    public var confidence: Float { top[0].confidence }

    /// The `top` likeliest of `classes`; equals stay in the classes' order.
    public init(probabilities: [Float], classes: [String], top: Int) {
        let order = probabilities.indices.sorted {
            (probabilities[$1], $0) < (probabilities[$0], $1)
        }
        self.top = order.prefix(max(1, top)).map { Candidate(name: classes[$0], confidence: probabilities[$0]) }
    }

    private enum Key: String, CodingKey {
        case name = "class"
        case confidence, top
    }

    /// Writes `{"class": …, "confidence": …, "top": […]}`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(name, forKey: .name)
        try container.encode(confidence, forKey: .confidence)
        try container.encode(top, forKey: .top)
    }
}
